// The console's pulse: a worker's timer is not slowed down when the page is hidden, a page's is.
let beat = 0;
setInterval(() => postMessage(beat++), 250);
