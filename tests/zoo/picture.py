"""The image that every network of the zoo is given: a formula, so that it is the same in any language."""


def picture(height, width, channels=3):
    """uint8 [h, w, c] as bytes."""
    return bytes((h * 7 + w * 13 + c * 29 + h * w) % 256
                 for h in range(height) for w in range(width) for c in range(channels))
