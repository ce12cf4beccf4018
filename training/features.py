"""What the fill transformer is told about each cell: the features of docs/model-file.md."""
import torch
import torch.nn.functional as F

KNOWN, FILLED, SAMPLE, LATER = 0, 1, 2, 3  # states of a cell in one window


def neighbourhoods(planes, outside):
    """planes (B, C, h, w), flag of outside -> (B, h*w, 9, C + 1)."""
    b, c, h, w = planes.shape
    planes = torch.cat([planes, planes.new_zeros(b, 1, h, w)], 1)
    padded = F.pad(planes, (1, 1, 1, 1))
    ring = F.pad(planes.new_zeros(1, 1, h, w), (1, 1, 1, 1), value=float(outside))
    padded[:, -1:] = ring
    near = F.unfold(padded, 3)  # (B, (C + 1) * 9, h*w), the nine neighbours inside each channel
    return near.view(b, c + 1, 9, h * w).permute(0, 3, 2, 1)


def features(vectors, codes, state, coverage, coarse, coarse_flag):
    """Features of every cell as a prefix position and as an entry, each (B, h*w, F).

    vectors (B, E, h, w): the encoder's, for known cells; codes (B, E, h, w): codebook vectors for
    all others (those of entries count only where a later entry sees them); state (B, h, w);
    coverage (B, h, w, n + 1); coarse (B, E, h, w): the guide's vectors where coarse_flag (B, h, w)
    is 1, else the underpainted picture's, or zeros.
    """
    known = (state == KNOWN)[:, None].to(vectors.dtype)
    filled = (state == FILLED)[:, None].to(vectors.dtype)
    sampled = (state == SAMPLE)[:, None].to(vectors.dtype)

    def near(done):
        planes = torch.cat([vectors * known + codes * done, known, done], 1)
        return neighbourhoods(planes, True)

    before = torch.tensor([1, 1, 1, 1, 0, 0, 0, 0, 0], dtype=torch.bool, device=vectors.device)
    prefix, all_done = near(filled), near(filled + sampled)
    entry = torch.where(before[None, None, :, None], all_done, prefix)
    entry[:, :, 4] = 0
    flag = coarse_flag[:, None].to(vectors.dtype)
    rest = torch.cat([coverage.flatten(1, 2),
                      torch.cat([coarse, flag], 1).flatten(2).transpose(1, 2)], 2)
    return (torch.cat([prefix.flatten(2), rest], 2), torch.cat([entry.flatten(2), rest], 2))


def free_coverage(b, h, w, n, like):
    cover = like.new_zeros(b, h, w, n + 1)
    cover[..., n] = 1
    return cover
