"""Images; see `od.utils`, and `od.layers` for random changes of them."""

from ondol.utils.images import array_to_img, img_to_array, load_img, save_img

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img"]
