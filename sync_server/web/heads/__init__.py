"""A head from paper or a QR code, held against what the office has."""
