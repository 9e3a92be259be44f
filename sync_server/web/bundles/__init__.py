"""Bundles that schools brought: upload, result, the way back."""
