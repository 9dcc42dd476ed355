"""Networks with products of activations, norms over channels, or sequences: light hybrids, recognisers of text, sound."""
from parts import Residual, conv, functional, nn, separable, torch, torchvision


class Heads(nn.Module):
    """Attention of several heads over tokens [1, n, width], as timm writes it."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.qkv, self.out = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        a = (q @ k.transpose(-2, -1) * (c // self.heads) ** -0.5).softmax(-1)
        return self.out((a @ v).transpose(1, 2).reshape(b, n, c))


def mlp(width, mid, act=nn.GELU):
    return nn.Sequential(nn.Linear(width, mid), act(), nn.Linear(mid, width))


def encoder(width, heads, act=nn.GELU):
    return nn.Sequential(Residual(nn.LayerNorm(width), Heads(width, heads)), Residual(nn.LayerNorm(width), mlp(width, 2 * width, act)))


class VitTiny(nn.Module):
    """Patches, a token for the class, learnt positions."""

    def __init__(self, width=48):
        super().__init__()
        self.patches, self.first = nn.Conv2d(3, width, 8, 8), nn.Parameter(torch.randn(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, 17, width) * 0.1)
        self.body, self.norm, self.head = nn.Sequential(encoder(width, 3), encoder(width, 3)), nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(x.shape[0], -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.body(x))[:, 0])


class Mixer(nn.Module):
    """MLP-Mixer: dense layers over the tokens and over the channels in turn."""

    def __init__(self, width=32, tokens=36):
        super().__init__()
        self.patches, self.head = nn.Conv2d(3, width, 8, 8), nn.Linear(width, 10)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(4))
        self.across, self.along = nn.ModuleList(mlp(tokens, 48) for _ in range(2)), nn.ModuleList(mlp(width, 64) for _ in range(2))

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        for i in range(2):
            x = x + self.across[i](self.norms[2 * i](x).transpose(1, 2)).transpose(1, 2)
            x = x + self.along[i](self.norms[2 * i + 1](x))
        return self.head(x.mean(1))


class MobileVitBlock(nn.Module):
    """Local convolutions, then attention among the pixels at the same place of each 2x2 patch, then a convolution over both."""

    def __init__(self, channels=32, width=48):
        super().__init__()
        self.channels, self.width = channels, width
        self.local = nn.Sequential(conv(channels, channels, act=nn.SiLU), nn.Conv2d(channels, width, 1, bias=False))
        self.body, self.norm = encoder(width, 4, nn.SiLU), nn.LayerNorm(width)
        self.project, self.join = conv(width, channels, 1, act=nn.SiLU), conv(2 * channels, channels, act=nn.SiLU)

    def forward(self, x):
        y = self.local(x)
        b, c, h, w = (int(size) for size in y.shape)
        y = y.reshape(b * c * h // 2, 2, w // 2, 2).transpose(1, 2).reshape(b, c, h * w // 4, 4).transpose(1, 3).reshape(b * 4, h * w // 4, c)
        y = self.norm(self.body(y))
        y = y.reshape(b, 4, h * w // 4, c).transpose(1, 3).reshape(b * c * h // 2, w // 2, 2, 2).transpose(1, 2).reshape(b, c, h, w)
        return self.join(torch.cat([x, self.project(y)], 1))


def mobile_vit():
    return nn.Sequential(conv(3, 16, 3, 2, act=nn.SiLU), conv(16, 32, 3, 2, act=nn.SiLU), MobileVitBlock(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


class LinearAttention(nn.Module):
    """MobileViT 2: one context vector instead of attention between all pairs."""

    def __init__(self, width):
        super().__init__()
        self.width, self.qkv, self.out = width, nn.Conv2d(width, 1 + 2 * width, 1), nn.Conv2d(width, width, 1)

    def forward(self, x):
        q, k, v = self.qkv(x).split((1, self.width, self.width), 1)
        context = (k * q.softmax(-1)).sum(-1, keepdim=True)
        return self.out(functional.relu(v) * context.expand_as(v))


class MobileVit2(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.stem, self.norms = nn.Sequential(conv(3, 16, 3, 2, act=nn.SiLU), separable(16, width, stride=2, act=nn.SiLU)), nn.ModuleList(nn.GroupNorm(1, width) for _ in range(3))
        self.attention, self.mlp, self.head = LinearAttention(width), nn.Sequential(nn.Conv2d(width, 48, 1), nn.SiLU(), nn.Conv2d(48, width, 1)), nn.Linear(width, 10)

    def forward(self, x):
        x = self.stem(x)
        b, c, h, w = (int(size) for size in x.shape)
        y = x.reshape(b, c, h // 2, 2, w // 2, 2).permute(0, 1, 3, 5, 2, 4).reshape(b, c, 4, h * w // 4)
        y = y + self.attention(self.norms[0](y))
        y = self.norms[2](y + self.mlp(self.norms[1](y)))
        y = y.reshape(b, c, 2, 2, h // 2, w // 2).permute(0, 1, 4, 2, 5, 3).reshape(b, c, h, w)
        return self.head((x + y).mean((2, 3)))


class EfficientFormer(nn.Module):
    """Mixing by average pools with scales that are learnt, then attention with a bias for each pair of pixels."""

    def __init__(self, width=32, side=6):
        super().__init__()
        self.stem = nn.Sequential(conv(3, 16, 3, 2, act=nn.GELU), conv(16, width, 3, 2, act=nn.GELU), conv(width, width, 3, 2, act=nn.GELU))
        self.pool = nn.AvgPool2d(3, 1, 1, count_include_pad=False)
        self.scale = nn.Parameter(torch.rand(width, 1, 1) * 0.1)
        self.mlp = nn.Sequential(conv(width, 64, 1, act=nn.GELU), conv(64, width, 1, act=None))
        self.norm, self.qkv, self.out = nn.LayerNorm(width), nn.Linear(width, 4 * (8 + 8 + 16)), nn.Linear(64, width)
        self.bias = nn.Parameter(torch.randn(4, side * side, side * side))
        self.head, self.second = nn.Linear(width, 10), nn.Linear(width, 10)

    def forward(self, x):
        x = self.stem(x)
        x = x + self.scale * (self.pool(x) - x)
        x = (x + self.mlp(x)).flatten(2).transpose(1, 2)
        b, n, _ = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, n, 4, 32).permute(0, 2, 1, 3).split((8, 8, 16), 3)
        a = ((q @ k.transpose(-2, -1)) * 8 ** -0.5 + self.bias).softmax(-1)
        x = (x + self.out((a @ v).transpose(1, 2).reshape(b, n, 64))).mean(-2)
        return (self.head(x) + self.second(x)) / 2


class Window(nn.Module):
    """Swin: attention within windows of the map, which may be shifted by half a window."""

    def __init__(self, width, side, window, shift, heads=2):
        super().__init__()
        self.side, self.window, self.shift, self.heads = side, window, shift, heads
        self.norm, self.qkv, self.out = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.bias = nn.Parameter(torch.randn(1, heads, window ** 2, window ** 2))
        if shift:
            labels = torch.zeros(1, side, side, 1)
            parts = (slice(0, -window), slice(-window, -shift), slice(-shift, None))
            for i, (rows, columns) in enumerate((r, c) for r in parts for c in parts):
                labels[:, rows, columns] = i
            labels = self.cut(labels).squeeze(-1)
            self.register_buffer("mask", (labels.unsqueeze(1) != labels.unsqueeze(2)).float() * -100.0)

    def cut(self, x):
        n, m, c = self.side // self.window, self.window, int(x.shape[-1])
        return x.view(1, n, m, n, m, c).permute(0, 1, 3, 2, 4, 5).reshape(n * n, m * m, c)

    def forward(self, x):
        n, m, c = self.side // self.window, self.window, int(x.shape[-1])
        y = self.norm(x)
        y = torch.roll(y, (-self.shift, -self.shift), (1, 2)) if self.shift else y
        y = self.cut(y)
        q, k, v = self.qkv(y).reshape(n * n, m * m, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        a = (q * (c // self.heads) ** -0.5) @ k.transpose(-2, -1) + self.bias
        a = a + self.mask.unsqueeze(1) if self.shift else a
        y = self.out((a.softmax(-1) @ v).transpose(1, 2).reshape(n * n, m * m, c))
        y = y.view(1, n, n, m, m, c).permute(0, 1, 3, 2, 4, 5).reshape(1, self.side, self.side, c)
        y = torch.roll(y, (self.shift, self.shift), (1, 2)) if self.shift else y
        return x + y


class Swin(nn.Module):
    """Two windows, and the merging of 2x2 tokens."""

    def __init__(self, width=24):
        super().__init__()
        self.patches, self.norm = nn.Conv2d(3, width, 4, 4), nn.LayerNorm(width)
        self.body = nn.Sequential(Window(width, 8, 4, 0), Residual(nn.LayerNorm(width), mlp(width, 48)), Window(width, 8, 4, 2), Residual(nn.LayerNorm(width), mlp(width, 48)))
        self.merge_norm, self.merge, self.head = nn.LayerNorm(4 * width), nn.Linear(4 * width, 2 * width, bias=False), nn.Linear(2 * width, 10)

    def forward(self, x):
        x = self.body(self.norm(self.patches(x).permute(0, 2, 3, 1)))
        x = torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], -1)
        return self.head(self.merge(self.merge_norm(x)).mean((1, 2)))


class ChannelsFirstNorm(nn.Module):
    """ConvNeXt's norm as it was published: over the channels of [1, c, h, w], spelt out."""

    def __init__(self, channels):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.rand(channels) + 0.5), nn.Parameter(torch.rand(channels) - 0.5)

    def forward(self, x):
        u = x.mean(1, keepdim=True)
        x = (x - u) / torch.sqrt((x - u).pow(2).mean(1, keepdim=True) + 1e-6)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class ConvNeXtBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.depthwise, self.norm = nn.Conv2d(channels, channels, 7, padding=3, groups=channels), nn.LayerNorm(channels, 1e-6)
        self.mlp, self.gamma = mlp(channels, 4 * channels), nn.Parameter(torch.rand(channels))

    def forward(self, x):
        return x + (self.gamma * self.mlp(self.norm(self.depthwise(x).permute(0, 2, 3, 1)))).permute(0, 3, 1, 2)


def convnext_published():
    return nn.Sequential(nn.Conv2d(3, 16, 4, 4), ChannelsFirstNorm(16), ConvNeXtBlock(16), ChannelsFirstNorm(16), nn.Conv2d(16, 32, 2, 2), ConvNeXtBlock(32),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(32, 1e-6), nn.Linear(32, 10))


def convnext_tiny():
    """torchvision's with fewer channels and layers, by its own classes."""
    from torchvision.models.convnext import CNBlockConfig, ConvNeXt
    return ConvNeXt([CNBlockConfig(32, 64, 2), CNBlockConfig(64, 96, 2), CNBlockConfig(96, None, 2)], num_classes=20)


# --- text

class Recogniser(nn.Module):
    """PP-OCR's: the height squeezed away, then dense layers over the columns, or attention between them, and softmax."""

    def __init__(self, attention):
        super().__init__()
        def act():
            return nn.Hardswish()

        self.trunk = nn.Sequential(conv(3, 16, 3, 2, act=act), separable(16, 24, 3, (2, 1), act), separable(24, 32, 5, (2, 1), act), separable(32, 48, 5, (2, 1), act))
        self.pool = nn.AvgPool2d((2, 2)) if attention else nn.MaxPool2d((2, 2))
        self.body = nn.Sequential(encoder(48, 4, nn.SiLU), nn.LayerNorm(48)) if attention else nn.Identity()
        self.head = nn.Linear(48, 37)

    def forward(self, x):
        x = self.pool(self.trunk(x)).squeeze(2).permute(0, 2, 1)
        return self.head(self.body(x)).softmax(2)


# --- sound and signals

class Sound(nn.Module):
    """A 1-D network on samples, as M5: strided kernels, norms, pools."""

    def __init__(self):
        super().__init__()
        def layer(inputs, outputs, kernel, stride=1):
            return [nn.Conv1d(inputs, outputs, kernel, stride), nn.BatchNorm1d(outputs), nn.ReLU(), nn.MaxPool1d(4)]

        self.body = nn.Sequential(*layer(1, 16, 80, 4), *layer(16, 24, 3), *layer(24, 32, 3))
        self.head = nn.Linear(32, 8)

    def forward(self, x):
        return functional.log_softmax(self.head(self.body(x).mean(-1)), -1)


class KeywordSpotter(nn.Module):
    """Depthwise separable on a spectrogram, as on microcontrollers."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 32, (10, 4), (2, 2), (5, 1)), nn.BatchNorm2d(32), nn.ReLU(), separable(32, 32), separable(32, 32), nn.AvgPool2d((25, 5)), nn.Flatten(), nn.Linear(32, 12), nn.Softmax(-1))

    def forward(self, x):
        return self.body(x.unsqueeze(1))


class Tcn(nn.Module):
    """Dilated 1-D residuals on [1, features, steps], the last step's answer."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(16, 16, 3, dilation=d) for d in (1, 2, 4))
        self.first, self.head = nn.Conv1d(6, 16, 1), nn.Linear(16, 3)

    def forward(self, x):
        x = self.first(x)
        for layer, d in zip(self.layers, (1, 2, 4)):
            x = x + torch.relu(layer(functional.pad(x, (2 * d, 0))))
        return self.head(x[:, :, -1])


class Lstm(nn.Module):
    """What lcc does not do."""

    def __init__(self):
        super().__init__()
        self.trunk, self.lstm, self.head = conv(3, 16, 3, 2), nn.LSTM(16 * 8, 24, bidirectional=True, batch_first=True), nn.Linear(48, 37)

    def forward(self, x):
        x = self.trunk(x)
        return self.head(self.lstm(x.flatten(1, 2).permute(0, 2, 1))[0])


class Loop(nn.Module):
    """The corners of boxes sorted by their scores: results whose sizes depend on the values."""

    def forward(self, boxes, scores):
        keep = torchvision.ops.nms(boxes, scores, 0.5)
        return boxes[keep]


NETWORKS = {
    "convnext_tiny": ("torchvision's ConvNeXt, narrower", convnext_tiny, [(3, 64, 64)], {"opset": 17}),
    "convnext_published": ("ConvNeXt as it was published, its norms spelt out", convnext_published, [(3, 48, 48)], {"opset": 13}),
    "mobile_vit": ("MobileViT's block: patches unfolded on seven reshapes", mobile_vit, [(3, 32, 32)], {"opset": 13}),
    "mobile_vit2": ("MobileViT 2's: one context instead of all pairs", MobileVit2, [(3, 32, 32)], {"opset": 17}),
    "efficientformer": ("pools, then attention with biases", EfficientFormer, [(3, 48, 48)], {"opset": 11}),
    "vit_tiny": ("patches, class token, two encoders", VitTiny, [(3, 32, 32)], {"opset": 17}),
    "mixer": ("dense layers over tokens and channels in turn", Mixer, [(3, 48, 48)], {"opset": 13}),
    "swin": ("windows, shifted ones with a mask, merging", Swin, [(3, 32, 32)], {"opset": 13}),
    "recogniser": ("PP-OCR's recogniser: height squeezed, softmax over the columns", lambda: Recogniser(False), [(3, 32, 96)], {"opset": 11, "dynamic": True}),
    "recogniser_attention": ("the same with attention between the columns", lambda: Recogniser(True), [(3, 32, 96)], {"opset": 17}),
    "sound": ("1-D network on samples", Sound, [(1, 4000)], {"opset": 13}),
    "keywords": ("depthwise separable on a spectrogram", KeywordSpotter, [(49, 10)], {"opset": 13}),
    "tcn": ("dilated 1-D residuals, the last step", Tcn, [(6, 40)], {"opset": 17}),
    "lstm": ("a bidirectional LSTM behind convolutions", Lstm, [(3, 16, 32)], {
        "opset": 13, "refused": 'operator LSTM is not supported: 1 node, "/lstm/LSTM"'}),
    "nms": ("suppression of overlapping boxes", Loop, [(20, 4), (20,)], {
        "opset": 11, "batch": False, "refused": [f'input "in{i}" holds 20 samples; networks take one at a time' for i in range(2)]}),
}
