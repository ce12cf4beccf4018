"""Checks what counts as hole and what as picture: all kinds of selections and layers."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *


def box_of(layer):
    return layer.get_offsets()[1:] + (layer.get_width(), layer.get_height())


def soft():
    image = photo(1040, 880, 200, 160)
    base = image.get_layers()[0]
    select(image, 60, 40, 80, 70, feather=20)
    mask_of = coverage(image.get_selection())
    answer = complete(image, [base], variations=1, seed=2, soften=0)
    x, y, w, h = box_of(answer.layers()[0])
    mask = coverage(answer.layers()[0].get_mask())
    check('a soft selection is the mask as it is', mask == b''.join(
        mask_of[(y + r) * 200 + x:(y + r) * 200 + x + w] for r in range(h)))
    image.remove_layer(answer.group)
    rectangle(image, 60, 40, 50, 50)
    wide = complete(image, [base], variations=1, seed=2, soften=10)
    x, y, w, h = box_of(wide.layers()[0])
    check('softening reaches outside a hard selection, at most as far as asked',
          50 < w <= 70 and 50 < h <= 70 and x >= 50 and y >= 30, (x, y, w, h))
    mask = coverage(wide.layers()[0].get_mask())
    row = mask[(65 - y) * w:(66 - y) * w]
    check('it fades', row[:60 - x] == bytes(sorted(row[:60 - x])) and row[0] < 128
          and set(row[60 - x:110 - x]) == {255}, row[:16].hex())
    image.remove_layer(wide.group)
    channel = Gimp.Channel.new(image, 'faint', 200, 160, 50, Gegl.Color.new('black'))
    image.insert_channel(channel, None, 0)
    paint(channel, '#000000')
    paint(channel, '#404040', (60, 40, 50, 50))  # less than half
    image.select_item(Gimp.ChannelOps.REPLACE, channel)
    faint = complete(image, [base], variations=1, seed=2)
    check('a faint selection is remarked on', faint.done and faint.warnings() == ['W-FAINT'],
          (faint.message, faint.report))
    image.delete()


def many_holes():
    image = photo(1040, 880, 240, 180)
    base = image.get_layers()[0]
    rectangle(image, 20, 20, 30, 30)
    rectangle(image, 150, 100, 40, 20, Gimp.ChannelOps.ADD)
    rectangle(image, 200, 10, 12, 50, Gimp.ChannelOps.ADD)
    before, size = visible(image)
    answer = complete(image, [base], variations=1, seed=2, soften=0)
    changed = differing(before, visible(image)[0], size)
    outside = unselected(image)
    check('several holes are filled in one go', answer.done and len(answer.layers()) == 1)
    parts = [sum(x <= i % 240 < x + w and y <= i // 240 < y + h for i in changed)
             for x, y, w, h in ((20, 20, 30, 30), (150, 100, 40, 20), (200, 10, 12, 50))]
    check('each of them changes', all(parts), parts)
    check('and nothing between them', not any(outside[i] for i in changed))
    image.delete()


def at_the_border():
    image = photo(1040, 880, 160, 120)
    base = image.get_layers()[0]
    for where, box in (('left', (0, 30, 30, 40)), ('bottom right', (120, 90, 40, 30)),
                       ('whole top', (0, 0, 160, 25)), ('all but a frame', (2, 2, 156, 116))):
        rectangle(image, *box)
        before, size = visible(image)
        answer = complete(image, [base], variations=1, seed=2, soften=0)
        check('a hole at the border, ' + where, answer.done
              and box_of(answer.layers()[0]) == box, answer.message)
        outside = unselected(image)
        check('nothing else changes, ' + where,
              not any(outside[i] for i in differing(before, visible(image)[0], size)))
        image.remove_layer(answer.group)
    image.delete()


def offsets():
    """The same pixels in a layer that lies elsewhere give the same completion."""
    image = photo(1040, 880, 160, 120)
    base = image.get_layers()[0]
    rectangle(image, 50, 40, 40, 30)
    plain = complete(image, [base], variations=1, seed=2, source='layer')
    look, place = raw(plain.layers()[0])[0], box_of(plain.layers()[0])
    image.remove_layer(plain.group)
    image.resize(300, 260, 70, 50)  # the layer keeps its size
    moved = complete(image, [base], variations=1, seed=2, source='layer')
    check('a layer smaller than the canvas is completed alike',
          moved.done and raw(moved.layers()[0])[0] == look, moved.message)
    check('at its own place', box_of(moved.layers()[0])[:2] == (place[0] + 70, place[1] + 50))
    image.remove_layer(moved.group)
    image.resize(80, 70, -110, -85)  # now it is larger than the canvas
    check('the layer is larger than the canvas', base.get_offsets()[1:] == (-40, -35))
    cut = complete(image, [base], variations=1, seed=2, source='layer')
    check('a layer larger than the canvas is completed alike', cut.done
          and raw(cut.layers()[0])[0] == look, cut.message)
    image.remove_layer(cut.group)
    seen = complete(image, [base], variations=1, seed=2, source='visible')
    check('what is visible ends at the canvas', seen.done
          and raw(seen.layers()[0])[0] != look, seen.message)
    merged = complete(image, [base], variations=1, seed=2, output='merge', soften=0)
    check('merging into such a layer', merged.done, merged.message)
    image.delete()


def half_outside():
    image = photo(1040, 880, 160, 120)
    base = image.get_layers()[0]
    image.resize(260, 120, 0, 0)
    rectangle(image, 130, 40, 60, 30)
    answer = complete(image, [base], variations=1, seed=2, source='layer', soften=0)
    check('of a selection half outside the layer the inner half is filled',
          answer.done and box_of(answer.layers()[0]) == (130, 40, 30, 30), answer.message)
    image.remove_layer(answer.group)
    seen = complete(image, [base], variations=1, seed=2, soften=0)
    check('of what is visible all of it', box_of(seen.layers()[0]) == (130, 40, 60, 30))
    image.remove_layer(seen.group)
    rectangle(image, 200, 40, 40, 30)
    refused(image, [base], 'a selection outside the layer', 'E-OUTSIDE', state(image), source='layer')
    image.delete()


def groups_and_masks():
    image = photo(1040, 880, 160, 120)
    base = image.get_layers()[0]
    group = Gimp.GroupLayer.new(image, 'folder')
    image.insert_layer(group, None, 0)
    inner = layer_on(image, 'inner', color='#c02020', parent=group)
    rectangle(image, 50, 40, 40, 30)
    answer = complete(image, [inner], variations=1, seed=2)
    check('inside a group the result is placed beside the layer',
          answer.done and answer.group.get_parent() == group
          and group.get_children() == [answer.group, inner], answer.message)
    image.remove_layer(answer.group)
    whole = complete(image, [group], variations=1, seed=2, source='layer')
    check('a group is a picture too', whole.done and image.get_layers()[0] == whole.group,
          whole.message)
    image.remove_layer(whole.group)
    group.set_visible(False)
    plain = complete(image, [base], variations=1, seed=2)
    look = raw(plain.layers()[0])[0]
    image.remove_layer(plain.group)
    group.set_visible(True)
    mask = inner.create_mask(Gimp.AddMaskType.BLACK)
    inner.add_mask(mask)
    masked = complete(image, [base], variations=1, seed=2)
    check('a masked layer is not part of what is visible', raw(masked.layers()[0])[0] == look)
    image.remove_layer(masked.group)
    image.set_selected_layers([inner])
    on_mask = complete(image, [mask], variations=1, seed=2)
    check('with the mask chosen its layer counts', on_mask.done
          and on_mask.group.get_parent() == group, on_mask.message)
    image.remove_layer(on_mask.group)
    two = complete(image, [base, inner], variations=1, seed=2)
    check('of several layers the topmost gives the place', two.done
          and two.group.get_parent() == group, two.message)
    image.remove_layer(two.group)
    none = complete(image, [], variations=1, seed=2)
    check('without any layer chosen it lies on top', none.done
          and image.get_layers()[0] == none.group, none.message)
    image.delete()


def sampling():
    """Label layers are no part of what is visible; live effects are."""
    image = photo(1040, 880, 160, 120)
    base = image.get_layers()[0]
    rectangle(image, 50, 40, 40, 30)
    plain = complete(image, [base], variations=1, seed=2)
    look = raw(plain.layers()[0])[0]
    image.remove_layer(plain.group)
    labels = call('label-layer', image, [base]).result.index(1)
    paint(labels, '#4080c0')
    seen = complete(image, [base], variations=1, seed=2)
    check('a label layer is left out', seen.done and raw(seen.layers()[0])[0] == look, seen.message)
    check('and stays visible', labels.get_visible())
    image.remove_layer(seen.group)
    image.remove_layer(labels)
    Gimp.Selection.none(image)  # else the effect would end at it
    base.append_filter(Gimp.DrawableFilter.new(base, 'gegl:invert-linear', ''))
    rectangle(image, 50, 40, 40, 30)
    for source in ('visible', 'layer'):
        live = complete(image, [base], variations=1, seed=2, source=source)
        check('live effects are seen, source ' + source, live.done
              and raw(live.layers()[0])[0] != look, live.message)
        seen = raw(live.layers()[0])[0] if source == 'visible' else seen
        if source == 'layer':
            check('alike from both sources', raw(live.layers()[0])[0] == seen)
        image.remove_layer(live.group)
    check('the effect stays live', len(base.get_filters()) == 1)
    refused(image, [base], 'merging under live effects', 'E-EFFECTS', state(image), output='merge')
    image.delete()


soft()
many_holes()
at_the_border()
offsets()
half_outside()
groups_and_masks()
sampling()
finish()
