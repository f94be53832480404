"""The layers that most networks are made of."""
