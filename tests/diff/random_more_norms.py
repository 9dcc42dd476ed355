"""Blocks for random_more.py that work along axes: softmax, reductions, positions, norms and products of two tensors."""

KINDS = ["mean", "sum", "max", "min", "l1", "l2", "sum_square", "prod", "log_sum_exp"]
EPS = ["0.1", "0.01", "1e-3"]  # a smaller one would make noise of tensors that are nearly constant


def axes(s, most=3):
    """A random set of axes."""
    chosen = [a for a in "hwc" if s.chance(0.5)][:most]
    return chosen or [s.pick("hwc")]


def word(chosen):
    return chosen[0] if len(chosen) == 1 else "[%s]" % ", ".join(chosen)


def softmax(net):
    s = net.stream
    net.say("%s(axis = %s)" % (s.pick(["softmax", "log_softmax"]), word(axes(s))))
    if s.chance(0.5):
        net.act(1)


def l2_norm(net):
    s = net.stream
    net.say("l2_norm(%s%s)" % (word(axes(s)), s.pick(["", ", eps = 0.5"])))


def reduce(net):
    """A reduction as an output of the network, or as a factor or summand of each channel."""
    s = net.stream
    here, shape = net.name_here(), net.shape
    if s.chance(0.5):
        net.say("reduce(%s, [h, w]) -> tanh" % s.pick(KINDS))
        net.say("%s(%s)" % (s.pick(["add", "mul"]), here))
        return
    net.say("reduce(%s, %s)" % (s.pick(KINDS), word(axes(s))))
    if s.chance(0.3):
        net.say("tanh")
    net.output()
    net.say("from " + here)
    net.shape = shape


def positions(net):
    """argmax or argmin as an output, or as numbers for other layers. They look at the image, through layers that do not round:
    of numbers that are nearly equal, floats and doubles would find different ones."""
    s = net.stream
    here, shape = net.name_here(), net.shape
    net.say("from image")
    for layer in (s.pick(["relu", "relu6"]), "max_pool(2, stride = 2, padding = same)", "transpose([1, 0, 2])"):
        if s.chance(0.3):
            net.say(layer)
    net.say("%s(%s%s)" % (s.pick(["argmax", "argmin"]), word(axes(s)), s.pick(["", ", last = true"])))
    if s.chance(0.3):
        net.say("normalize(mean = 0, std = 100) -> sigmoid")
    elif s.chance(0.3):
        net.say("flatten")
    net.output()
    net.say("from " + here)
    net.shape = shape


def norm(net):
    s = net.stream
    h, w, c = net.shape
    kind = s.pick(["layer_norm", "group_norm", "instance_norm", "rms_norm"])
    if kind == "group_norm":
        args = [str(s.pick([g for g in range(1, c + 1) if c % g == 0]))]
    elif kind == "instance_norm" and h * w == 1:
        return
    else:
        args = []
    args.append("eps = " + s.pick(EPS))
    if s.chance(0.25):
        args.append("scale = false")
    if s.chance(0.25) and kind != "rms_norm":
        args.append("bias = false")
    net.say("%s(%s)%s" % (kind, ", ".join(args), net.label()))
    net.act(0.5)


def lrn(net):
    s = net.stream
    args = [str(s.whole(1, 7))]
    if s.chance(0.6):
        args += ["alpha = " + s.pick(["0.5", "2"]), "beta = " + s.pick(["0.5", "0.75", "1", "0.6"]), "k = " + s.pick(["1", "2"])]
    net.say("lrn(%s)" % ", ".join(args))


def attention(net):
    """softmax(q k^T / sqrt(d)) v over the pixels of each row, and at times an average over all rows instead of the product."""
    s = net.stream
    h, w, c = net.shape
    d, n = s.pick([1, 3, 8, 16, 20]), s.pick([1, 2, 5, 16, 24, 35])
    if not net.fits((h, w, max(d, n, w)), h * w * (c * (2 * d + n) + w * (d + n))):
        return
    here, keys, values = net.name_here(), net.new_name(), net.new_name()
    one_row = s.chance(0.2)
    net.say("conv(%d, 1)%s -> transpose([0, 2, 1])%s as %s" % (d, net.label(), " -> reduce(mean, h)" if one_row else "", keys))
    net.say("from " + here)
    net.say("conv(%d, 1)%s%s as %s" % (n, net.label(), " -> reduce(mean, h)" if s.chance(0.2) else "", values))
    net.say("from " + here)
    net.say("conv(%d, 1)%s" % (d, net.label()))
    net.say("matmul(%s) -> normalize(mean = 0, std = %d) -> softmax" % (keys, d))
    net.say("matmul(%s)" % values)
    net.macs += h * w * (c * (2 * d + n) + w * (d + n))
    net.shape = (h, w, n)


BLOCKS = [softmax, l2_norm, reduce, positions, norm, norm, lrn, attention]
