"""The published nets in PyTorch, as functions of a state_dict: what an imported model must compute. Written after the
published system's definition, not after the engine."""
import torch
import torch.nn.functional as F


class Net:
    def __init__(self, state, prefix):
        self.state, self.prefix = state, prefix

    def __getitem__(self, name):
        return self.state[self.prefix + name].double()

    def has(self, name):
        return self.prefix + name in self.state

    def conv(self, name, x, **more):
        return F.conv2d(x, self[name + '.weight'], self[name + '.bias'], **more)

    def norm(self, name, x):
        return F.group_norm(x, 32, self[name + '.weight'], self[name + '.bias'], eps=1e-6)

    def block(self, name, x):
        h = self.conv(name + '.conv1', F.silu(self.norm(name + '.norm1', x)), padding=1)
        h = self.conv(name + '.conv2', F.silu(self.norm(name + '.norm2', h)), padding=1)
        return (self.conv(name + '.nin_shortcut', x) if self.has(name + '.nin_shortcut.weight') else x) + h

    def attention(self, name, x):
        b, c, h, w = x.shape
        n = self.norm(name + '.norm', x)
        q, k, v = (self.conv(f'{name}.{part}', n).reshape(b, c, h * w) for part in 'qkv')
        weights = torch.softmax(torch.einsum('bci,bcj->bij', q, k) * c ** -0.5, -1)
        return x + self.conv(name + '.proj_out', torch.einsum('bcj,bij->bci', v, weights).reshape(b, c, h, w))

    def middle(self, name, x):
        x = self.block(name + '.block_1', x)
        if self.has(name + '.attn_1.q.weight'):
            x = self.attention(name + '.attn_1', x)
        return self.block(name + '.block_2', x)

    def level(self, name, x):
        b = 0
        while self.has(f'{name}.block.{b}.conv1.weight'):
            x = self.block(f'{name}.block.{b}', x)
            if self.has(f'{name}.attn.{b}.q.weight'):
                x = self.attention(f'{name}.attn.{b}', x)
            b += 1
        return x

    def encode(self, x):
        x, l = self.conv('encoder.conv_in', x, padding=1), 0
        while self.has(f'encoder.down.{l}.block.0.conv1.weight'):
            x = self.level(f'encoder.down.{l}', x)
            if self.has(f'encoder.down.{l}.downsample.conv.weight'):
                x = self.conv(f'encoder.down.{l}.downsample.conv', F.pad(x, (0, 1, 0, 1)), stride=2)
            l += 1
        x = F.silu(self.norm('encoder.norm_out', self.middle('encoder.mid', x)))
        return self.conv('quant_conv', self.conv('encoder.conv_out', x, padding=1))

    def tokens(self, vectors):
        """Tokens [h, w] and the smallest distance to another choice."""
        if self.has('quantize.proj.weight'):
            scores = self.conv('quantize.proj', vectors)[0].flatten(1).t()
        else:
            scores = -torch.cdist(vectors[0].flatten(1).t(), self['quantize.embedding.weight']) ** 2
        best = scores.topk(2, -1)
        return best.indices[:, 0].reshape(vectors.shape[2:]), (best.values[:, 0] - best.values[:, 1]).min().item()

    def decode(self, tokens):
        table = self['quantize.embed.weight' if self.has('quantize.embed.weight') else 'quantize.embedding.weight']
        x = table[tokens].permute(2, 0, 1)[None]
        x = self.middle('decoder.mid', self.conv('decoder.conv_in', self.conv('post_quant_conv', x), padding=1))
        levels = [l for l in range(8) if self.has(f'decoder.up.{l}.block.0.conv1.weight')]
        for l in reversed(levels):
            x = self.level(f'decoder.up.{l}', x)
            if l > 0:
                x = self.conv(f'decoder.up.{l}.upsample.conv', F.interpolate(x, scale_factor=2.0), padding=1)
        return self.conv('decoder.conv_out', F.silu(self.norm('decoder.norm_out', x)), padding=1)

    def linear(self, name, x):
        return F.linear(x, self[name + '.weight'], self[name + '.bias'])

    def layer_norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self[name + '.weight'], self[name + '.bias'], eps=1e-5)

    def logits(self, tokens, heads):
        """[T, V] for tokens [T]; n_unmasked 0."""
        t, i = len(tokens), 0
        x = self['tok_emb.weight'][tokens] + self['pos_emb'][0, :t]
        while self.has(f'blocks.{i}.ln1.weight'):
            n = self.layer_norm(f'blocks.{i}.ln1', x)
            q, k, v = (self.linear(f'blocks.{i}.attn.{part}', n).view(t, heads, -1).transpose(0, 1)
                       for part in ('query', 'key', 'value'))
            scores = q @ k.transpose(1, 2) * q.shape[-1] ** -0.5
            scores = scores.masked_fill(torch.ones(t, t).triu(1).bool(), float('-inf'))
            x = x + self.linear(f'blocks.{i}.attn.proj', (torch.softmax(scores, -1) @ v).transpose(0, 1).reshape(t, -1))
            n = F.gelu(self.linear(f'blocks.{i}.mlp.0', self.layer_norm(f'blocks.{i}.ln2', x)))
            x = x + self.linear(f'blocks.{i}.mlp.2', n)
            i += 1
        return F.linear(self.layer_norm('ln_f', x), self['head.weight'])
