"""What drives the product from outside: demo, simulator, figures."""
