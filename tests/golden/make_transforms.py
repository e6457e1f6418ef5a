"""Pictures of transforms/: what torchvision's transforms.v2.functional (0.29) makes of a picture of 3 x 9 x 7, of bytes and of floats."""
import torch
from torchvision.transforms import InterpolationMode as Mode
from torchvision.transforms.v2 import TrivialAugmentWide
from torchvision.transforms.v2 import functional as F

import golden

bytes_ = torch.randint(0, 256, (3, 9, 7), generator=golden.generator("picture"), dtype=torch.uint8)
arrays = {"picture.u8": bytes_, "picture.f32": bytes_.float() / 255}
CASES = {
    "resize.smaller": lambda x: F.resize(x, [4, 3], antialias=True),
    "resize.larger": lambda x: F.resize(x, [13, 10], antialias=True),
    "resize.mixed": lambda x: F.resize(x, [5, 16], antialias=True),
    "resize.plain": lambda x: F.resize(x, [4, 16], antialias=False),
    "resize.bicubic": lambda x: F.resize(x, [5, 11], interpolation=Mode.BICUBIC, antialias=True),
    "resize.bicubic_plain": lambda x: F.resize(x, [6, 11], interpolation=Mode.BICUBIC, antialias=False),
    "resize.nearest": lambda x: F.resize(x, [4, 11], interpolation=Mode.NEAREST),
    "resize.nearest_exact": lambda x: F.resize(x, [4, 11], interpolation=Mode.NEAREST_EXACT),
    "rotate.nearest": lambda x: F.rotate(x, 33.0),
    "rotate.bilinear": lambda x: F.rotate(x, -20.0, interpolation=Mode.BILINEAR),
    "rotate.expand": lambda x: F.rotate(x, 40.0, interpolation=Mode.BILINEAR, expand=True),
    "rotate.filled": lambda x: F.rotate(x, 50.0, fill=[1.0]),
    "rotate.quarter": lambda x: F.rotate(x, 90.0, expand=True),
    "rotate.half": lambda x: F.rotate(x, 180.0),
    "affine.nearest": lambda x: F.affine(x, 25.0, [1, -2], 1.3, [10.0, -5.0]),
    "affine.bilinear": lambda x: F.affine(x, -12.0, [1, 2], 0.8, [-15.0, 8.0], interpolation=Mode.BILINEAR),
    "crop.inside": lambda x: F.crop(x, 2, 1, 4, 5),
    "crop.beyond": lambda x: F.crop(x, -2, 3, 6, 8),
    "center_crop.smaller": lambda x: F.center_crop(x, [4, 4]),
    "center_crop.larger": lambda x: F.center_crop(x, [12, 4]),
    "pad.constant": lambda x: F.pad(x, [1, 2, 3, 4], fill=1.0),
    "pad.edge": lambda x: F.pad(x, [1, 2, 3, 4], padding_mode="edge"),
    "pad.reflect": lambda x: F.pad(x, [1, 2, 3, 4], padding_mode="reflect"),
    "pad.symmetric": lambda x: F.pad(x, [1, 2, 3, 4], padding_mode="symmetric"),
    "flip.horizontal": F.horizontal_flip,
    "flip.vertical": F.vertical_flip,
    "brightness.darker": lambda x: F.adjust_brightness(x, 0.6),
    "brightness.brighter": lambda x: F.adjust_brightness(x, 1.7),
    "contrast.less": lambda x: F.adjust_contrast(x, 0.4),
    "contrast.more": lambda x: F.adjust_contrast(x, 1.6),
    "saturation.less": lambda x: F.adjust_saturation(x, 0.3),
    "saturation.more": lambda x: F.adjust_saturation(x, 1.8),
    "hue.back": lambda x: F.adjust_hue(x, -0.3),
    "hue.on": lambda x: F.adjust_hue(x, 0.21),
    "grayscale": F.rgb_to_grayscale,
    "invert": F.invert,
    "posterize": lambda x: F.posterize(x, 3),
    "autocontrast": F.autocontrast,
    "blur": lambda x: F.gaussian_blur(x, [5, 5], [1.2, 1.2]),
    "blur.default": lambda x: F.gaussian_blur(x, [3, 3]),
    "sharpness.less": lambda x: F.adjust_sharpness(x, 0.2),
    "sharpness.more": lambda x: F.adjust_sharpness(x, 1.9),
    "equalize": F.equalize,
    "affine.corner": lambda x: F.affine(x, 12.0, [1, 0], 1.1, [7.0, -4.0], center=[0, 0]),
}
for name, f in CASES.items():
    for kind in ("u8", "f32"):
        arrays[f"{name}.{kind}"] = f(arrays[f"picture.{kind}"]).contiguous()
arrays["normalize.u8"] = F.normalize(F.to_dtype(bytes_, torch.float32, scale=True), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
arrays["solarize.u8"] = F.solarize(bytes_, 128)
arrays["to_bytes"] = F.to_dtype(arrays["contrast.more.f32"], torch.uint8, scale=True)

# One picture large enough for registers: resized, equalised, and changed in each way of TrivialAugment and RandAugment.
wide = (torch.rand(1, 40, 53, generator=golden.generator("wide")).square() * 256).to(torch.uint8)
arrays["wide"] = wide
for height, width in ((23, 31), (61, 77), (40, 18), (11, 53), (7, 4), (40, 106)):
    arrays[f"wide.{height}x{width}"] = F.resize(wide, [height, width], antialias=True)
arrays["wide.bicubic"] = F.resize(wide, [23, 77], interpolation=Mode.BICUBIC, antialias=True)
arrays["wide.equalize"] = F.equalize(wide)
augment = TrivialAugmentWide()
STRENGTHS = {"ShearX": 0.4, "ShearY": -0.7, "TranslateX": -5.9, "TranslateY": 9.2, "Rotate": -50.3, "Brightness": 0.5, "Color": -0.8,
             "Contrast": -0.6, "Sharpness": 0.9, "Posterize": 3.0, "Solarize": 0.6, "AutoContrast": 0.0, "Equalize": 0.0}
for name, strength in STRENGTHS.items():
    for kind in ("u8", "f32"):
        arrays[f"augment.{name}.{kind}"] = augment._apply_image_or_video_transform(
            arrays[f"picture.{kind}"], name, strength, Mode.NEAREST, {torch.Tensor: None}).contiguous()
golden.save("transforms", arrays, lambda name: "pictures")
