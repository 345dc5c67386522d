"""From facts to numbers: features declared once, computed in bulk and for one lead, equal bit for bit."""
