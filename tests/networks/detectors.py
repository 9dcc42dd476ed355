"""Detectors up to their suppression of overlapping boxes: the heads with all that decodes them."""
from parts import Branches, Residual, conv, functional, nn, separable, torch, torchvision


# --- SSD

class SsdHead(nn.Module):
    """Torchvision's way: each map's [1, A * K, h, w] to [1, h * w * A, K], and all joined."""

    def __init__(self, widths, anchors, classes, predictor):
        super().__init__()
        self.classes = classes
        self.boxes = nn.ModuleList(predictor(width, 4 * anchors) for width in widths)
        self.scores = nn.ModuleList(predictor(width, classes * anchors) for width in widths)

    @staticmethod
    def flatten(y, columns):
        n, _, h, w = y.shape
        return y.view(n, -1, columns, h, w).permute(0, 3, 4, 1, 2).reshape(n, -1, columns)

    def forward(self, *maps):
        boxes = torch.cat([self.flatten(head(x), 4) for head, x in zip(self.boxes, maps)], 1)
        scores = torch.cat([self.flatten(head(x), self.classes) for head, x in zip(self.scores, maps)], 1)
        return boxes, scores


def lite_predictor(inputs, outputs):
    return nn.Sequential(conv(inputs, inputs, 3, groups=inputs, act=nn.ReLU6), nn.Conv2d(inputs, outputs, 1))


def ssdlite_head():
    return SsdHead((24, 32, 16), 6, 11, lite_predictor)


class Ssd(nn.Module):
    """The trunk, the further maps, the head; softmax over the classes, and the boxes decoded by their anchors."""

    def __init__(self, trunk, widths, extras, anchors, classes, predictor, sizes):
        super().__init__()
        self.trunk, self.extras = nn.ModuleList(trunk), nn.ModuleList(extras)
        self.head = SsdHead(widths, anchors, classes, predictor)
        count = sum(h * w for h, w in sizes) * anchors
        generator = torch.Generator().manual_seed(5)
        self.register_buffer("centres", torch.rand(count, 2, generator=generator))
        self.register_buffer("sides", torch.rand(count, 2, generator=generator) * 0.4 + 0.1)

    def forward(self, x):
        maps = []
        for layer in self.trunk:
            x = layer(x)
            maps.append(x)
        maps = maps[-2:]
        for layer in self.extras:
            x = layer(x)
            maps.append(x)
        boxes, scores = self.head(*maps)
        centres = boxes[..., :2] * 0.1 * self.sides + self.centres
        sides = torch.exp(boxes[..., 2:].clamp(max=4.0) * 0.2) * self.sides
        return torch.cat([centres - sides / 2, centres + sides / 2], -1), scores.softmax(-1)


def ssdlite():
    """On MobileNetV2's first layers."""
    features = torchvision.models.mobilenet_v2(weights=None, width_mult=0.5).features
    trunk = [features[:7], features[7:11]]
    extras = [nn.Sequential(conv(32, 24, 1, act=nn.ReLU6), conv(24, 24, 3, 2, 24, act=nn.ReLU6), conv(24, 48, 1, act=nn.ReLU6))]
    return Ssd(trunk, (16, 32, 48), extras, 6, 21, lite_predictor, ((12, 12), (6, 6), (3, 3)))


class L2Norm(nn.Module):
    """Of SSD300: each pixel to length 20, by channel."""

    def __init__(self, channels):
        super().__init__()
        self.scale = nn.Parameter(torch.full((channels,), 20.0))

    def forward(self, x):
        return functional.normalize(x) * self.scale.view(1, -1, 1, 1)


def ssd300():
    """VGG's layers with a norm of lengths, a pool that rounds up, and a dilated convolution."""
    def vgg(inputs, outputs, pool):
        return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU(), *pool]

    first = nn.Sequential(*vgg(3, 16, [nn.MaxPool2d(2)]), *vgg(16, 24, [nn.MaxPool2d(2, ceil_mode=True)]), *vgg(24, 32, []), L2Norm(32))
    second = nn.Sequential(nn.MaxPool2d(2, ceil_mode=True), nn.Conv2d(32, 48, 3, padding=6, dilation=6), nn.ReLU(), nn.Conv2d(48, 48, 1), nn.ReLU())
    extras = [nn.Sequential(nn.Conv2d(48, 16, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU())]
    return Ssd([first, second], (32, 48, 32), extras, 4, 6, lambda i, o: nn.Conv2d(i, o, 3, padding=1), ((19, 19), (10, 10), (5, 5)))


# --- YOLO

def silu(inputs, outputs, kernel=1, stride=1):
    return conv(inputs, outputs, kernel, stride, act=nn.SiLU)


class Focus(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = silu(4 * inputs, outputs, 3)

    def forward(self, x):
        return self.conv(torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1))


class C3(nn.Module):
    def __init__(self, inputs, outputs, shortcut=True):
        super().__init__()
        half = outputs // 2
        self.left, self.right, self.join = silu(inputs, half), silu(inputs, half), silu(2 * half, outputs)
        body = nn.Sequential(silu(half, half), silu(half, half, 3))
        self.body = Residual(body) if shortcut else body

    def forward(self, x):
        return self.join(torch.cat([self.body(self.left(x)), self.right(x)], 1))


class C2f(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.half = outputs // 2
        self.first, self.body, self.last = silu(inputs, outputs), Residual(silu(self.half, self.half, 3), silu(self.half, self.half, 3)), silu(3 * self.half, outputs)

    def forward(self, x):
        y = list(self.first(x).split((self.half, self.half), 1))
        y.append(self.body(y[-1]))
        return self.last(torch.cat(y, 1))


class Sppf(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first, self.last, self.pool = silu(channels, channels // 2), silu(2 * channels, channels), nn.MaxPool2d(5, 1, 2)

    def forward(self, x):
        x = self.first(x)
        y = self.pool(x)
        z = self.pool(y)
        return self.last(torch.cat([x, y, z, self.pool(z)], 1))


class YoloTrunk(nn.Module):
    """Two scales, joined downwards as the feature pyramid does."""

    def __init__(self, stem, block):
        super().__init__()
        self.stem, self.first = stem, nn.Sequential(silu(16, 32, 3, 2), block(32, 32))
        self.second = nn.Sequential(silu(32, 48, 3, 2), block(48, 48), Sppf(48))
        self.lateral, self.join = silu(48, 32), block(64, 32)

    def forward(self, x):
        fine = self.first(self.stem(x))
        coarse = self.second(fine)
        fine = self.join(torch.cat([functional.interpolate(self.lateral(coarse), scale_factor=2.0, mode="nearest"), fine], 1))
        return fine, coarse


def make_grid(h, w):
    y, x = torch.meshgrid(torch.arange(float(h)), torch.arange(float(w)), indexing="ij")
    return torch.stack((x, y), 2)


class Yolo5(nn.Module):
    """Version 5 with anchors: the decode is on five axes."""

    def __init__(self, classes=7):
        super().__init__()
        self.trunk, self.columns = YoloTrunk(Focus(3, 16), C3), classes + 5
        self.heads = nn.ModuleList(nn.Conv2d(width, 3 * self.columns, 1) for width in (32, 48))
        self.anchors = [torch.tensor([10.0, 13, 16, 30, 33, 23]), torch.tensor([30.0, 61, 62, 45, 59, 119])]

    def forward(self, x):
        found = []
        for head, y, anchors, stride in zip(self.heads, self.trunk(x), self.anchors, (4, 8)):
            y = head(y)
            n, _, h, w = (int(size) for size in y.shape)
            y = y.view(n, 3, self.columns, h, w).permute(0, 1, 3, 4, 2).contiguous().sigmoid()
            xy, wh, rest = y.split((2, 2, self.columns - 4), 4)
            xy = (xy * 2 + make_grid(h, w).view(1, 1, h, w, 2) - 0.5) * stride
            wh = (wh * 2) ** 2 * anchors.view(1, 3, 1, 1, 2)
            found.append(torch.cat((xy, wh, rest), 4).view(n, 3 * h * w, self.columns))
        return torch.cat(found, 1)


class Yolo5Slices(Yolo5):
    """As older exports have it: parts of the last axis, and every tensor assigned in place."""

    def forward(self, x):
        found = []
        for head, y, anchors, stride in zip(self.heads, self.trunk(x), self.anchors, (4, 8)):
            y = head(y)
            n, _, h, w = y.shape
            y = y.view(n, 3, self.columns, h, w).permute(0, 1, 3, 4, 2).contiguous().sigmoid()
            xy = (y[..., 0:2] * 2.0 + make_grid(int(h), int(w)).view(1, 1, int(h), int(w), 2) - 0.5) * stride
            wh = (y[..., 2:4] * 2) ** 2 * anchors.view(1, 3, 1, 1, 2)
            found.append(torch.cat((xy, wh, y[..., 4:]), -1).view(n, -1, self.columns))
        return torch.cat(found, 1)


class Dfl(nn.Module):
    """Distances as expected values over 16 bins."""

    def __init__(self, bins=16):
        super().__init__()
        self.bins, self.conv = bins, nn.Conv2d(bins, 1, 1, bias=False)
        self.conv.weight.data[:] = torch.arange(float(bins)).view(1, bins, 1, 1)

    def forward(self, x):
        n, _, count = x.shape
        return self.conv(x.view(n, 4, self.bins, count).transpose(2, 1).softmax(1)).view(n, 4, count)


class Yolo8(nn.Module):
    """Version 8: no anchors, a distribution for each side, and the results as [1, 4 + classes, boxes]."""

    def __init__(self, classes=7):
        super().__init__()
        self.trunk, self.classes, self.dfl = YoloTrunk(silu(3, 16, 3, 2), C2f), classes, Dfl()
        self.boxes = nn.ModuleList(nn.Sequential(silu(width, 32, 3), nn.Conv2d(32, 64, 1)) for width in (32, 48))
        self.scores = nn.ModuleList(nn.Sequential(silu(width, 32, 3), nn.Conv2d(32, classes, 1)) for width in (32, 48))

    def forward(self, x):
        maps = [torch.cat((box(y), score(y)), 1) for box, score, y in zip(self.boxes, self.scores, self.trunk(x))]
        sizes = [(int(y.shape[2]), int(y.shape[3])) for y in maps]
        points = torch.cat([make_grid(h, w).view(-1, 2) + 0.5 for h, w in sizes]).t().unsqueeze(0)
        strides = torch.cat([torch.full((1, h * w), float(stride)) for (h, w), stride in zip(sizes, (4, 8))], 1)
        box, score = torch.cat([y.view(y.shape[0], 64 + self.classes, -1) for y in maps], 2).split((64, self.classes), 1)
        left_top, right_bottom = self.dfl(box).chunk(2, 1)
        low, high = points - left_top, points + right_bottom
        return torch.cat((torch.cat(((low + high) / 2, high - low), 1) * strides, score.sigmoid()), 1)


class YoloX(nn.Module):
    """Decoupled heads, joined before they are flattened; centres by a grid, sides by exp."""

    def __init__(self, classes=7):
        super().__init__()
        self.trunk, self.classes = YoloTrunk(Focus(3, 16), C3), classes
        self.stems = nn.ModuleList(silu(width, 32) for width in (32, 48))
        self.boxes, self.objects, self.scores = (nn.ModuleList(nn.Sequential(silu(32, 32, 3), nn.Conv2d(32, n, 1)) for _ in range(2))
                                                 for n in (4, 1, classes))

    def forward(self, x):
        maps = []
        for i, y in enumerate(self.trunk(x)):
            y = self.stems[i](y)
            maps.append(torch.cat([self.boxes[i](y), self.objects[i](y).sigmoid(), self.scores[i](y).sigmoid()], 1))
        sizes = [(int(y.shape[2]), int(y.shape[3])) for y in maps]
        y = torch.cat([y.flatten(start_dim=2) for y in maps], 2).permute(0, 2, 1)
        grid = torch.cat([make_grid(h, w).view(1, -1, 2) for h, w in sizes], 1)
        strides = torch.cat([torch.full((1, h * w, 1), float(stride)) for (h, w), stride in zip(sizes, (4, 8))], 1)
        return torch.cat([(y[..., 0:2] + grid) * strides, torch.exp(y[..., 2:4]) * strides, y[..., 4:]], -1)


class Yolo3(nn.Module):
    """Darknet's layers with two maps as they are: what is decoded outside."""

    def __init__(self):
        super().__init__()
        def leaky(inputs, outputs, kernel, stride=1):
            return conv(inputs, outputs, kernel, stride, act=lambda: nn.LeakyReLU(0.1))

        self.first = nn.Sequential(leaky(3, 16, 3, 2), Residual(leaky(16, 8, 1), leaky(8, 16, 3)), leaky(16, 32, 3, 2))
        self.second = nn.Sequential(leaky(32, 48, 3, 2), Residual(leaky(48, 24, 1), leaky(24, 48, 3)))
        self.lateral, self.coarse, self.fine = leaky(48, 16, 1), nn.Conv2d(48, 36, 1), nn.Conv2d(48, 36, 1)

    def forward(self, x):
        x = self.first(x)
        y = self.second(x)
        up = functional.interpolate(self.lateral(y), scale_factor=2, mode="nearest")
        return self.coarse(y), self.fine(torch.cat([up, x], 1))


# --- faces, and without anchors

class BlazeBlock(nn.Module):
    """A residual whose shortcut is pooled and has zeros for its further channels."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.stride, self.more = stride, outputs - inputs
        self.body = nn.Sequential(nn.Conv2d(inputs, inputs, 5, stride, 0 if stride == 2 else 2, groups=inputs), nn.Conv2d(inputs, outputs, 1))

    def forward(self, x):
        h = functional.pad(x, (1, 2, 1, 2)) if self.stride == 2 else x
        x = functional.max_pool2d(x, 2) if self.stride == 2 else x
        x = functional.pad(x, (0, 0, 0, 0, 0, self.more)) if self.more else x
        return functional.relu(self.body(h) + x)


class BlazeFace(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 24, 5, 2)
        self.fine = nn.Sequential(BlazeBlock(24, 24), BlazeBlock(24, 28), BlazeBlock(28, 32, 2), BlazeBlock(32, 40))
        self.coarse = nn.Sequential(BlazeBlock(40, 48, 2), BlazeBlock(48, 48))
        self.scores = nn.ModuleList([nn.Conv2d(40, 2, 1), nn.Conv2d(48, 6, 1)])
        self.boxes = nn.ModuleList([nn.Conv2d(40, 32, 1), nn.Conv2d(48, 96, 1)])

    def forward(self, x):
        x = self.fine(functional.relu(self.stem(functional.pad(x, (1, 2, 1, 2)))))
        y = self.coarse(x)
        scores = torch.cat([head(z).permute(0, 2, 3, 1).reshape(1, -1, 1) for head, z in zip(self.scores, (x, y))], 1)
        boxes = torch.cat([head(z).permute(0, 2, 3, 1).reshape(1, -1, 16) for head, z in zip(self.boxes, (x, y))], 1)
        return boxes, scores.clamp(-100.0, 100.0).sigmoid()


class NanoDet(nn.Module):
    """ShuffleNet's trunk, pyramids up and down by linear interpolation, and one tensor for all maps."""

    def __init__(self, classes=7):
        super().__init__()
        def leaky(inputs, outputs, stride=1):
            return separable(inputs, outputs, 5, stride, act=lambda: nn.LeakyReLU(0.1))

        trunk = torchvision.models.shufflenet_v2_x0_5(weights=None)
        self.first, self.second, self.third = nn.Sequential(trunk.conv1, trunk.maxpool, trunk.stage2), trunk.stage3, trunk.stage4
        self.laterals = nn.ModuleList(conv(width, 32, 1) for width in (48, 96, 192))
        self.down = nn.ModuleList(leaky(32, 32, 2) for _ in range(2))
        self.towers = nn.ModuleList(leaky(32, 32) for _ in range(3))
        self.heads = nn.ModuleList(nn.Conv2d(32, classes + 32, 1) for _ in range(3))
        self.classes = classes

    def forward(self, x):
        maps = [self.first(x)]
        maps += [self.second(maps[0])]
        maps += [self.third(maps[1])]
        maps = [lateral(y) for lateral, y in zip(self.laterals, maps)]
        for i in (1, 0):
            maps[i] = maps[i] + functional.interpolate(maps[i + 1], scale_factor=2.0, mode="bilinear")
        for i in (0, 1):
            maps[i + 1] = maps[i + 1] + self.down[i](maps[i])
        found = []
        for y, tower, head in zip(maps, self.towers, self.heads):
            score, box = head(tower(y)).split((self.classes, 32), 1)
            found.append(torch.cat([score.sigmoid(), box], 1).flatten(start_dim=2))
        return torch.cat(found, 2).permute(0, 2, 1)


class CenterNet(nn.Module):
    """Heatmap with its peaks kept by a max pool, and sizes."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(conv(3, 16, 3, 2), separable(16, 32, stride=2), separable(32, 32), Residual(separable(32, 32)))
        self.heat, self.size = nn.Conv2d(32, 5, 1), nn.Conv2d(32, 4, 1)

    def forward(self, x):
        x = self.trunk(x)
        heat = self.heat(x).sigmoid()
        peaks = functional.max_pool2d(heat, 3, 1, 1)
        return heat * (heat == peaks).float(), self.size(x).exp()


NETWORKS = {
    "ssdlite_head": ("SSDLite's predictors on three maps, boxes and scores joined", ssdlite_head, [(24, 10, 10), (32, 5, 5), (16, 3, 3)], {"opset": 11}),
    "ssdlite": ("SSDLite on MobileNetV2, with softmax and decoded boxes", ssdlite, [(3, 96, 96)], {"opset": 13}),
    "ssd300": ("SSD300's layers: norm of lengths, dilation, decode", ssd300, [(3, 75, 75)], {"opset": 17}),
    "yolo_v3": ("Darknet's layers, two raw maps", Yolo3, [(3, 64, 64)], {"opset": 11}),
    "yolo_v5": ("Focus, C3, SPPF, decode on five axes", Yolo5, [(3, 64, 64)], {"opset": 13}),
    "yolo_v5_slices": ("the same as older exports have it: parts of the last axis", Yolo5Slices, [(3, 64, 96)], {"opset": 11, "training": True}),
    "yolo_v8": ("C2f, distributions of distances, [1, 11, boxes]", Yolo8, [(3, 64, 64)], {"opset": 17}),
    "yolox": ("decoupled heads, grids and exp", YoloX, [(3, 64, 64)], {"opset": 11}),
    "blazeface": ("BlazeFace: shortcuts padded by channels, two anchors' maps joined", BlazeFace, [(3, 64, 64)], {"opset": 13}),
    "nanodet": ("ShuffleNet's trunk, pyramids by linear interpolation", NanoDet, [(3, 64, 64)], {"opset": 13}),
    "centernet": ("heatmap whose peaks a max pool keeps", CenterNet, [(3, 64, 64)], {
        "opset": 17, "refused": 'operator Equal is supported only where its inputs are constants: 1 node, "/Equal"'}),
}
