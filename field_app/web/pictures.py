"""QR codes as inline SVG, for screens and sheets alike."""

import io

import segno


def draw_qr(text: str, scale: float = 2) -> str:
    """A QR code that any phone reads, from creased paper too; `scale` is the width of a module in pixels."""
    out = io.BytesIO()
    segno.make(text, micro=False, error="m").save(out, kind="svg", xmldecl=False, scale=scale, border=2)
    return out.getvalue().decode("utf-8")
