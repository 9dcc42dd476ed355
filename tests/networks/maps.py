"""Networks from maps to maps: segmentation, keypoints, depth, text, larger pictures, style."""
from parts import Branches, Residual, conv, functional, nn, separable, torch, torchvision


class OnlyOut(nn.Module):
    """torchvision's segmenters give a dictionary."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(x)["out"]


def segmenter(name):
    def make():
        return OnlyOut(getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None, num_classes=5))

    return make


class UNet(nn.Module):
    """Three scales. `up`: how maps are enlarged."""

    def __init__(self, up, act=nn.ReLU):
        super().__init__()
        widths = (12, 24, 36)
        self.down = nn.ModuleList(nn.Sequential(conv(i, o, act=act), conv(o, o, act=act)) for i, o in zip((3, *widths), widths))
        self.up = nn.ModuleList(up(widths[i + 1], widths[i]) for i in (1, 0))
        self.join = nn.ModuleList(nn.Sequential(conv(2 * widths[i], widths[i], act=act), conv(widths[i], widths[i], act=act)) for i in (1, 0))
        self.last = nn.Conv2d(widths[0], 2, 1)

    def forward(self, x):
        skips = []
        for i, layer in enumerate(self.down):
            x = layer(functional.max_pool2d(x, 2) if i else x)
            skips.append(x)
        for i, (up, join) in enumerate(zip(self.up, self.join)):
            x = join(torch.cat([skips[1 - i], up(x)], 1))
        return self.last(x)


def unet_transposed():
    return UNet(lambda inputs, outputs: nn.ConvTranspose2d(inputs, outputs, 2, 2))


def unet_wide():
    """Transposed kernels that overlap, with an output padding."""
    return UNet(lambda inputs, outputs: nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, output_padding=1), act=nn.ELU)


def unet_bilinear():
    return UNet(lambda inputs, outputs: nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), conv(inputs, outputs, 1)))


class Attention(nn.Module):
    """Attention U-Net's gate, and sizes that a resize takes from another map."""

    def __init__(self):
        super().__init__()
        self.first, self.second = conv(3, 16, 3, 2), conv(16, 24, 3, 2)
        self.left, self.right, self.gate = nn.Conv2d(16, 12, 1), nn.Conv2d(24, 12, 1), nn.Conv2d(12, 1, 1)
        self.last = nn.Conv2d(16, 3, 1)

    def forward(self, x):
        skip = self.first(x)
        y = self.second(skip)
        up = functional.interpolate(self.right(y), size=skip.shape[2:], mode="bilinear", align_corners=False)
        gate = torch.sigmoid(self.gate(torch.relu(self.left(skip) + up)))
        return functional.interpolate(self.last(skip * gate), size=x.shape[2:], mode="nearest").argmax(1, keepdim=True).float()


class Matting(nn.Module):
    """Portrait segmentation: pyramid pools of several sizes, softmax over the channels, cubic interpolation at the end."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(conv(3, 16, 3, 2, act=nn.Hardswish), separable(16, 32, 5, 2, nn.Hardswish))
        self.pools = nn.ModuleList(nn.Sequential(nn.AvgPool2d(size), conv(32, 8, 1)) for size in (16, 8, 4))
        self.last = nn.Conv2d(56, 2, 1)

    def forward(self, x):
        y = self.trunk(x)
        pooled = [functional.interpolate(pool(y), size=(16, 16), mode="bilinear", align_corners=False) for pool in self.pools]
        return functional.interpolate(self.last(torch.cat([y, *pooled], 1)), scale_factor=4.0, mode="bicubic").softmax(1)


class Keypoints(nn.Module):
    """Heatmaps by deconvolutions, as simple baselines have it."""

    def __init__(self):
        super().__init__()
        def up(inputs, outputs):
            return nn.Sequential(nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())

        self.body = nn.Sequential(conv(3, 16, 3, 2), separable(16, 32, stride=2), separable(32, 48, stride=2), up(48, 32), up(32, 24), nn.Conv2d(24, 17, 1))

    def forward(self, x):
        return self.body(x)


class SoftKeypoints(nn.Module):
    """Coordinates as expected values over the heatmaps."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv(3, 16, 3, 2), separable(16, 32, stride=2), nn.Conv2d(32, 9, 1))
        self.register_buffer("line", torch.linspace(-1, 1, 12))

    def forward(self, x):
        heat = self.body(x)
        heat = heat.flatten(2).softmax(-1).view(1, 9, 12, 12)
        return torch.stack([(heat.sum(2) * self.line).sum(-1), (heat.sum(3) * self.line).sum(-1)], -1)


class HrFuse(nn.Module):
    """HRNet: three resolutions, each summed from all."""

    def __init__(self):
        super().__init__()
        widths = (16, 24, 32)
        self.stem = nn.ModuleList([conv(3, 16, 3, 2), conv(16, 24, 3, 2), conv(24, 32, 3, 2)])
        self.fuse = nn.ModuleList()
        for to in range(3):
            row = nn.ModuleList()
            for source in range(3):
                if source > to:
                    row.append(nn.Sequential(conv(widths[source], widths[to], 1, act=None), nn.Upsample(scale_factor=2 ** (source - to), mode="nearest")))
                elif source == to:
                    row.append(nn.Identity())
                else:
                    steps = [conv(widths[source], widths[source], 3, 2) for _ in range(to - source - 1)]
                    row.append(nn.Sequential(*steps, conv(widths[source], widths[to], 3, 2, act=None)))
            self.fuse.append(row)
        self.last = nn.Conv2d(72, 9, 1)

    def forward(self, x):
        maps = []
        for layer in self.stem:
            x = layer(x)
            maps.append(x)
        maps = [torch.relu(sum(step(y) for step, y in zip(row, maps))) for row in self.fuse]
        size = maps[0].shape[2:]
        return self.last(torch.cat([maps[0], *[functional.interpolate(y, size=size, mode="bilinear", align_corners=False) for y in maps[1:]]], 1))


def espcn():
    return nn.Sequential(nn.Conv2d(1, 32, 5, padding=2), nn.Tanh(), nn.Conv2d(32, 16, 3, padding=1), nn.Tanh(), nn.Conv2d(16, 9, 3, padding=1), nn.PixelShuffle(3))


def fsrcnn():
    layers = [nn.Conv2d(1, 24, 5, padding=2), nn.PReLU(24), nn.Conv2d(24, 8, 1), nn.PReLU(8)]
    layers += [layer for _ in range(3) for layer in (nn.Conv2d(8, 8, 3, padding=1), nn.PReLU(8))]
    return nn.Sequential(*layers, nn.Conv2d(8, 24, 1), nn.PReLU(24), nn.ConvTranspose2d(24, 1, 9, 3, 4, output_padding=2))


class Edsr(nn.Module):
    """Residuals that are scaled, a pixel shuffle, and the mean of the pictures put off and on."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.45, 0.44, 0.40]).view(1, 3, 1, 1))
        self.first = nn.Conv2d(3, 16, 3, padding=1)
        self.body = nn.ModuleList(nn.Sequential(nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1)) for _ in range(2))
        self.last = nn.Sequential(nn.Conv2d(16, 64, 3, padding=1), nn.PixelShuffle(2), nn.Conv2d(16, 3, 3, padding=1))

    def forward(self, x):
        x = y = self.first(x - self.mean)
        for layer in self.body:
            y = y + layer(y) * 0.1
        return (self.last(x + y) + self.mean).clamp(0, 1)


class Style(nn.Module):
    """Fast style transfer: reflected borders, instance norms, nearest upsampling, and tanh."""

    def __init__(self):
        super().__init__()
        def layer(inputs, outputs, kernel, stride=1):
            return [nn.ReflectionPad2d(kernel // 2), nn.Conv2d(inputs, outputs, kernel, stride), nn.InstanceNorm2d(outputs, affine=True), nn.ReLU()]

        def residual(channels):
            return Residual(*layer(channels, channels, 3), *layer(channels, channels, 3)[:-1])

        def up(inputs, outputs):
            return [nn.Upsample(scale_factor=2, mode="nearest"), *layer(inputs, outputs, 3)]

        self.body = nn.Sequential(*layer(3, 12, 9), *layer(12, 24, 3, 2), residual(24), *up(24, 12), nn.ReflectionPad2d(4), nn.Conv2d(12, 3, 9))

    def forward(self, x):
        return self.body(x).tanh() * 150 + 127.5


class Generator(nn.Module):
    """Of pictures out of numbers, as DCGAN's: transposed convolutions from one pixel on."""

    def __init__(self):
        super().__init__()
        def up(inputs, outputs, *window):
            return [nn.ConvTranspose2d(inputs, outputs, *window, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

        self.body = nn.Sequential(*up(40, 48, 4, 1, 0), *up(48, 24, 4, 2, 1), nn.ConvTranspose2d(24, 3, 4, 2, 1), nn.Tanh())

    def forward(self, x):
        return self.body(x.view(1, 40, 1, 1))


class FastDepth(nn.Module):
    """MobileNet down, depthwise 5x5 and nearest up, sums with what came down."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList([conv(3, 16, 3, 2), separable(16, 24, stride=2), separable(24, 32, stride=2)])
        self.up = nn.ModuleList([separable(32, 24, 5), separable(24, 16, 5), separable(16, 12, 5)])
        self.last = nn.Conv2d(12, 1, 1)

    def forward(self, x):
        skips = []
        for layer in self.down:
            x = layer(x)
            skips.append(x)
        for i, layer in enumerate(self.up):
            x = functional.interpolate(layer(x), scale_factor=2, mode="nearest")
            x = x + skips[1 - i] if i < 2 else x
        return self.last(x)


class TextDetector(nn.Module):
    """PP-OCR's: squeeze-and-excite pyramid, and the head with two transposed convolutions."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.ModuleList([nn.Sequential(conv(3, 16, 3, 2, act=nn.Hardswish), separable(16, 24, 3, 2, nn.Hardswish)), separable(24, 32, 5, 2, nn.Hardswish), separable(32, 48, 5, 2, nn.Hardswish)])
        self.laterals = nn.ModuleList(nn.Conv2d(width, 24, 1, bias=False) for width in (24, 32, 48))
        self.smooth = nn.ModuleList(nn.Conv2d(24, 8, 3, padding=1, bias=False) for _ in range(3))
        self.head = nn.Sequential(conv(24, 8), nn.ConvTranspose2d(8, 8, 2, 2), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 1, 2, 2), nn.Sigmoid())

    def forward(self, x):
        maps = []
        for layer in self.trunk:
            x = layer(x)
            maps.append(x)
        maps = [lateral(y) for lateral, y in zip(self.laterals, maps)]
        for i in (1, 0):
            maps[i] = maps[i] + functional.interpolate(maps[i + 1], scale_factor=2, mode="nearest")
        maps = [smooth(y) for smooth, y in zip(self.smooth, maps)]
        return self.head(torch.cat([functional.interpolate(y, scale_factor=2 ** i, mode="nearest") for i, y in reversed(list(enumerate(maps)))], 1))


class Flow(nn.Module):
    """Optical flow of two pictures: two inputs, differences, and the sizes of the result by align_corners."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(conv(3, 16, 3, 2), conv(16, 24, 3, 2))
        self.head = nn.Sequential(conv(72, 32, dilation=2), nn.Conv2d(32, 2, 3, padding=1))

    def forward(self, left, right):
        a, b = self.trunk(left), self.trunk(right)
        return functional.interpolate(self.head(torch.cat([a, b, (a - b).abs()], 1)), scale_factor=4, mode="bilinear", align_corners=True) * 4


def denoiser():
    """Space to depth at first, group norms, depth to space at last."""
    return nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(12, 24, 3, padding=1), nn.GroupNorm(4, 24), nn.GELU(),
                         Residual(nn.Conv2d(24, 24, 3, padding=1), nn.GroupNorm(8, 24), nn.Mish(), nn.Conv2d(24, 24, 3, padding=1)),
                         nn.ReplicationPad2d(1), nn.Conv2d(24, 12, 3), nn.PixelShuffle(2))


def wide_branches():
    """Dilated branches as ASPP has them, joined and pooled."""
    return nn.Sequential(conv(3, 24, 3, 2), Branches(conv(24, 8, 1), *[conv(24, 8, 3, dilation=d) for d in (2, 4, 6)]), conv(32, 16, 1),
                         nn.UpsamplingBilinear2d(scale_factor=2), nn.Conv2d(16, 4, 1), nn.LogSoftmax(1))


NETWORKS = {
    "deeplabv3_mobilenet": ("torchvision", segmenter("deeplabv3_mobilenet_v3_large"), [(3, 64, 64)], {"opset": 13}),
    "lraspp_mobilenet": ("torchvision", segmenter("lraspp_mobilenet_v3_large"), [(3, 64, 64)], {"opset": 11}),
    "unet_transposed": ("U-Net, 2x2 transposed convolutions", unet_transposed, [(3, 48, 48)], {"opset": 11, "dynamic": True}),
    "unet_wide": ("U-Net, transposed 3x3 that overlap, output padding, ELU", unet_wide, [(3, 48, 48)], {"opset": 17}),
    "unet_bilinear": ("U-Net, linear upsampling with aligned corners", unet_bilinear, [(3, 48, 48)], {"opset": 13, "training": True}),
    "attention_unet": ("a gate from a coarser map, then the class of each pixel", Attention, [(3, 48, 48)], {"opset": 13}),
    "matting": ("pyramid pools, softmax over channels, cubic upsampling", Matting, [(3, 64, 64)], {"opset": 13}),
    "aspp": ("dilated branches, log-softmax", wide_branches, [(3, 48, 48)], {"opset": 17}),
    "keypoints": ("heatmaps by 4x4 transposed convolutions", Keypoints, [(3, 64, 48)], {"opset": 13, "training": True}),
    "soft_keypoints": ("coordinates as expected values over heatmaps", SoftKeypoints, [(3, 48, 48)], {"opset": 17}),
    "hrnet_fuse": ("HRNet: three resolutions, each summed from all", HrFuse, [(3, 64, 64)], {"opset": 11}),
    "espcn": ("larger pictures by pixel shuffle", espcn, [(1, 24, 24)], {"opset": 11}),
    "fsrcnn": ("larger pictures by a 9x9 transposed convolution", fsrcnn, [(1, 24, 20)], {"opset": 13}),
    "edsr": ("scaled residuals, pixel shuffle, clamp", Edsr, [(3, 24, 24)], {"opset": 13, "dynamic": True}),
    "style": ("reflected borders, instance norms", Style, [(3, 32, 32)], {"opset": 11}),
    "generator": ("DCGAN: pictures out of 40 numbers", Generator, [(40,)], {"opset": 13}),
    "fastdepth": ("depth: depthwise 5x5 and nearest up, sums", FastDepth, [(3, 64, 64)], {"opset": 13}),
    "text_detector": ("PP-OCR's detector: pyramid, two transposed convolutions", TextDetector, [(3, 64, 64)], {"opset": 11}),
    "flow": ("two pictures in, absolute differences", Flow, [(3, 32, 32), (3, 32, 32)], {"opset": 17}),
    "denoiser": ("space to depth, group norms, GELU, Mish, repeated borders", denoiser, [(3, 32, 32)], {"opset": 13}),
}
