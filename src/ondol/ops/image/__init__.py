"""Functions of images, by Keras' names (`keras.ops.image`): sizes, warps, colours, frames.

They take one image (height, width, channels) or a batch of them, channels last unless told otherwise, compute in
floats, and return images of the dtype that they were given. All are made of rules, so gradients flow through them.
"""

from ondol.ops.image.blurring import gaussian_blur
from ondol.ops.image.colors import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from ondol.ops.image.coordinates import map_coordinates
from ondol.ops.image.framing import crop_images, pad_images
from ondol.ops.image.patches import extract_patches, extract_patches_3d
from ondol.ops.image.resizing import resize
from ondol.ops.image.warping import affine_transform, perspective_transform

__all__ = [
    "affine_transform",
    "crop_images",
    "extract_patches",
    "extract_patches_3d",
    "gaussian_blur",
    "hsv_to_rgb",
    "map_coordinates",
    "pad_images",
    "perspective_transform",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
]
