"""What the laptop and the office must agree on."""
