# SPDX-License-Identifier: MIT
"""The parts of an index's files, each read from its bytes as docs/format.md draws them: files of sections,
arrays, packed integers, the dictionary, posting lists, columns."""

import struct

from xxh3 import xxh3


class Damaged(Exception):
    pass


def must(condition, what):
    if not condition:
        raise Damaged(what)


class Bytes:
    """A walk over bytes: little endian numbers, varints, and no step past the end."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def take(self, length):
        must(0 <= length <= len(self.data) - self.at, f"{length} bytes at {self.at} reach past the end")
        self.at += length
        return self.data[self.at - length:self.at]

    def number(self, length):
        return int.from_bytes(self.take(length), "little")

    def u8(self):
        return self.number(1)

    def u16(self):
        return self.number(2)

    def u32(self):
        return self.number(4)

    def u64(self):
        return self.number(8)

    def varint(self):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                must(value < 1 << 64, "a varint of more than 64 bits")
                return value

    def string(self):
        return self.take(self.varint())

    def f32(self):
        return struct.unpack("<f", self.take(4))[0]

    def left(self):
        return len(self.data) - self.at

    def end(self, what):
        must(self.left() == 0, f"{what}: {self.left()} bytes too many")


def aligned(offset, to):
    return (offset + to - 1) // to * to


# ---- files of sections ----------------------------------------------------------------------------


class SectionFile:
    def __init__(self, path, kind):
        with open(path, "rb") as file:
            data = file.read()
        magic = b"LSRCH" + kind + b"\n"
        must(len(data) >= 64 + 40 and data[:8] == magic, f"{path}: magic")
        head, foot = Bytes(data[8:16]), Bytes(data[-40:])
        self.version = head.u32()
        must(self.version == 1 and head.u32() == 0, f"{path}: version")
        table, count = foot.u64(), foot.u32()
        must((foot.u32(), foot.u64(), foot.take(8)) == (self.version, len(data), magic), f"{path}: footer")
        self.checksum = foot.u64()
        must(table % 64 == 0 and table + 32 * count + 40 == len(data), f"{path}: table")
        must(xxh3(data[:16] + data[table:-8]) == self.checksum, f"{path}: checksum of the table")
        self.length, self.order, self.sections = len(data), [], {}
        rows, end = Bytes(data[table:-40]), 16
        for _ in range(count):
            number, zero, offset, length, check = rows.u32(), rows.u32(), rows.u64(), rows.u64(), rows.u64()
            must(zero == 0 and offset == aligned(end, 64) and offset + length <= table, f"{path}: section {number}")
            must(not any(data[end:offset]), f"{path}: bytes before section {number}")
            must(number not in self.sections, f"{path}: section {number} twice")
            must(xxh3(data[offset:offset + length]) == check, f"{path}: checksum of section {number}")
            self.order.append(number)
            self.sections[number] = data[offset:offset + length]
            end = offset + length
        must(aligned(end, 64) == table and not any(data[end:table]), f"{path}: bytes of no section")

    def only(self):
        must(self.order == [1], "not one section 1")
        return self.sections[1]


# ---- arrays and packed integers --------------------------------------------------------------------


def numbers(walk, expected=None):
    width, zero, count = walk.u32(), walk.u32(), walk.u64()
    must(width in (1, 2, 4, 8) and zero == 0 and (expected is None or count == expected), "header of an array")
    data = walk.take(width * count)
    return [int.from_bytes(data[i:i + width], "little") for i in range(0, len(data), width)]


def unpack(data, count, width):
    """A full run of 128: four interleaved streams of 32-bit words; a shorter one: one stream of bits."""
    mask = (1 << width) - 1
    if count < 128:
        bits = int.from_bytes(data, "little")
        return [bits >> width * i & mask for i in range(count)]
    words = struct.unpack(f"<{width * 4}I", data)
    lanes = [sum(words[4 * w + lane] << 32 * w for w in range(width)) for lane in range(4)]
    return [lanes[i % 4] >> width * (i // 4) & mask for i in range(128)]


def packed_bytes(count, width):
    return width * 16 if count == 128 else (count * width + 7) // 8


def pfor(walk, count):
    width, exceptions = walk.u8(), walk.u8()
    wide, exceptions = exceptions & 0x80, exceptions & 0x7F
    must(width <= 32 and exceptions <= 31 and not (exceptions and width == 32), "header of a pfor run")
    values = unpack(walk.take(packed_bytes(count, width)), count, width)
    places = walk.take(exceptions)
    for place in places:
        values[place] |= walk.number(4 if wide else 1) << width
    return values


def pfor_runs(walk, count):
    values = []
    while len(values) < count:
        values += pfor(walk, min(128, count - len(values)))
    return values


def code_value(code):
    """The least value of a rounding code."""
    return code if code < 32 else (16 + code % 16) << (code // 16 - 1)


def code_down(value):
    if value < 32:
        return value
    exponent = value.bit_length() - 1
    return min(255, (exponent - 4) * 16 + (value >> exponent - 4 & 15) + 16)


def code_up(value):
    code = code_down(value)
    return code + 1 if code < 255 and code_value(code) < value else code


# ---- the dictionary --------------------------------------------------------------------------------


def zigzag(value):
    return value >> 1 ^ -(value & 1)


class Entry:
    """A key of the dictionary: a list, a word as it was written (surface), or both."""

    df = cf = postings = positions = document = None
    times = form = term = None

    def __init__(self, list_number, word, ordinal):
        self.list, self.word, self.ordinal = list_number, word, ordinal


def read_block(walk, list_number, ordinal, count):
    width, singles = walk.u8(), walk.u8()
    word_bytes, postings_bytes, positions_bytes = walk.varint(), walk.varint(), walk.varint()
    postings, positions = walk.varint(), walk.varint()
    shapes, words = walk.take(count), Bytes(walk.take(word_bytes))
    bits = int.from_bytes(walk.take((singles * width + 7) // 8), "little")
    kinds = walk.take(count)
    postings_steps, positions_steps = Bytes(walk.take(postings_bytes)), Bytes(walk.take(positions_bytes))
    entries, before, taken = [], b"", 0
    for i in range(count):
        shared, following = shapes[i] >> 4, shapes[i] & 15
        shared += words.varint() if shared == 15 else 0
        following += words.varint() if following == 15 else 0
        entry = Entry(list_number, before[:shared] + words.take(following), ordinal + i)
        must(shared <= len(before) and (i == 0 or entry.word > before), "words do not rise")
        before, kind = entry.word, kinds[i]
        if kind & 0x80:
            step, form, times = kind >> 4 & 7, kind >> 2 & 3, kind & 3
            entry.term = entry.ordinal + (zigzag(walk.varint()) if step == 0 else 1 if step == 7 else -step)
            entry.form = walk.varint() + 3 if form == 3 else form
            entry.times = times or walk.varint()
        else:
            postings += postings_steps.varint() + 1 if kind & 0x40 else 0
            step, frequency, surface = kind >> 4 & 3, kind >> 2 & 3, kind & 3
            positions += positions_steps.varint() + 3 if step == 3 else step
            entry.postings, entry.positions = postings, positions
            if frequency & 2:
                entry.df = walk.varint() + 2
            else:
                entry.df, entry.document = 1, bits >> width * taken & (1 << width) - 1
                taken += 1
            entry.cf = entry.df + (walk.varint() + 1 if frequency & 1 else 0)
            if surface:
                entry.times = entry.cf if surface == 1 else walk.varint()
                entry.form, entry.term = 0, entry.ordinal
            if surface == 3:
                entry.form, entry.term = walk.varint(), entry.ordinal + zigzag(walk.varint())
        entries.append(entry)
    must(taken == singles, "single documents of a block")
    for part in (words, postings_steps, positions_steps):
        part.end("part of a block of terms")
    return entries


def read_terms(section):
    head = Bytes(section)
    must(head.take(4) == b"TRM1", "magic of the terms")
    full, count, end, blocks, lists = head.u32(), head.u64(), head.u64(), head.u32(), head.u32()
    tables = aligned(end + 72, 8)
    must(not any(section[end:tables]), "bytes behind the blocks of terms")
    walk = Bytes(section, tables)
    rows = [(walk.u32(), walk.u32(), walk.u64()) for _ in range(lists)] + [(None, blocks, count)]
    prefixes = [walk.take(8)[::-1] for _ in range(blocks)]
    offsets = [walk.number(5) for _ in range(blocks + 1)]
    walk.end("terms")
    must(offsets[blocks] == end and (blocks == 0 or offsets[0] == 32), "where the blocks of terms lie")
    entries = []
    for (number, block, first), (_, next_block, next_first) in zip(rows, rows[1:]):
        must(first == len(entries) and next_block - block == (next_first - first - 1) // full + 1, "table of lists")
        for b in range(block, next_block):
            part = Bytes(section[offsets[b]:offsets[b + 1]])
            entries += read_block(part, number, len(entries), min(full, next_first - len(entries)))
            part.end("block of terms")
            must(entries[first + (b - block) * full].word[:8].ljust(8, b"\0") == prefixes[b], "prefix of a block")
    must(len(entries) == count, "number of terms")
    for entry in entries:
        must(entry.term is None or entries[entry.term].df is not None, "a surface form of no list")
    return entries


# ---- posting lists ---------------------------------------------------------------------------------


class Posting:
    def __init__(self, document, frequency):
        self.document, self.frequency = document, frequency
        self.positions, self.forms, self.sides = None, None, {}


class List:
    """postings; for lists of 128 documents and more also what bounds their scores, by profile."""

    def __init__(self, segment, entry):
        self.postings, self.pairs, self.peaks, self.thresholds = [], [], [], []
        section = segment.postings[:-64]
        positions = None
        if segment.schema.has_positions(entry.list):
            positions = Bytes(section, entry.positions)
        if entry.df == 1:
            self.postings = [Posting(entry.document, entry.cf)]
            if positions:
                read_positions(positions, self.postings)
        elif entry.df < 128:
            self.read_block(Bytes(section, entry.postings), entry.df, -1, positions, False)
        else:
            self.read_blocks(Bytes(section, entry.postings), entry, positions)
        must(len(self.postings) == entry.df and sum(p.frequency for p in self.postings) == entry.cf, "frequencies")

    def read_blocks(self, walk, entry, positions):
        must(walk.at % 4 == 0, "a long list does not begin at a multiple of 4")
        blocks = (entry.df + 127) // 128
        payload, profiles, flags, zero = walk.u32(), walk.u8(), walk.u8(), walk.u16()
        thresholds, dense = flags & 1, flags & 2
        must(profiles in (1, 2) and flags < 4 and zero == 0, "head of a long list")
        must(bool(thresholds) == (entry.df >= 512), "thresholds of a long list")
        last = [walk.u32() for _ in range(blocks)]
        offsets = [walk.u32() for _ in range(blocks)]
        for _ in range(profiles):
            parts = [walk.take(blocks) for _ in range(8)]
            self.pairs.append([[(parts[2 * i][b], parts[2 * i + 1][b]) for i in range(4)] for b in range(blocks)])
        for _ in range(profiles):
            kept = [walk.u16() for _ in range(blocks)]
            self.peaks.append([struct.unpack("<f", struct.pack("<I", peak << 16))[0] for peak in kept])
        for _ in range(profiles if thresholds else 0):
            self.thresholds.append([[(walk.u8(), walk.u8()) for _ in range(2)] for _ in range(3)])
        words = last[-1] // 64 + 1
        must(bool(dense) == (64 * words <= 16 * entry.df), "a bitmap where none should be, or none")
        bits = walk.number(8 * words) if dense else 0
        if dense:
            self.from_bitmap = [i for i in range(bits.bit_length()) if bits >> i & 1]
            must(len(self.from_bitmap) == entry.df, "bits of a list")
        base = walk.at
        for b in range(blocks):
            must(walk.at - base == offsets[b], "a block's payload lies elsewhere")
            count = min(128, entry.df - 128 * b)
            self.read_block(walk, count, last[b - 1] if b else -1, positions, True, dense)
            must(self.postings[-1].document == last[b], "a block's last document")
        must(walk.at - base == payload, "length of a list's payload")

    def read_block(self, walk, count, before, positions, long, dense=False):
        codec = walk.u8()
        must((codec & 0x7F == 0x41) == bool(dense), "a block of a list's bitmap")
        if dense:
            documents = self.from_bitmap[len(self.postings) : len(self.postings) + count]
        elif codec & 0x7F == 0x40:
            must(count == 128, "a bitmap of a short block")
            bits, first = walk.number(8 * walk.u8()), (before + 1) // 64 * 64
            documents = [first + i for i in range(bits.bit_length()) if bits >> i & 1]
        else:
            width, documents = codec & 0x7F, []
            must(width <= 32, "codec of a block")
            for gap in unpack(walk.take(packed_bytes(count, width)), count, width):
                before += gap + 1
                documents.append(before)
        must(len(documents) == count, "documents of a block")
        block = [Posting(d, f + 1) for d, f in zip(documents, pfor(walk, count))]
        if positions:
            start = Bytes(positions.data, positions.at + (walk.varint() if long else 0))
            read_positions(start, block)
        for _ in range(walk.varint() if codec & 0x80 else 0):
            field, number = walk.varint(), walk.varint()
            indexes, all_one = walk.take(number), walk.u8()
            for index in indexes:
                block[index].sides[field] = 1 if all_one else walk.varint()
        self.postings += block


class BiwordLists:
    """A section of lists without positions, as List wants it."""

    def __init__(self, section):
        must(section[-64:] == bytes(64), "zeros behind the lists of biwords")
        self.postings, self.schema = section, self

    def has_positions(self, list_number):
        return False


def read_positions(walk, block):
    total = sum(posting.frequency for posting in block)
    head = walk.varint()
    if total <= 4:
        steps = [head >> 1] + [walk.varint() for _ in range(total - 1)]
        forms = [walk.varint() if head & 1 else 0 for _ in range(total)]
    else:
        run = Bytes(walk.take(head >> 1))
        steps = pfor_runs(run, total)
        run.end("positions")
        forms = pfor_runs(walk, total) if head & 1 else [0] * total
    at = 0
    for posting in block:
        posting.positions, position = [], 0
        for step in steps[at:at + posting.frequency]:
            position += step
            posting.positions.append(position)
        posting.forms = forms[at:at + posting.frequency]
        at += posting.frequency


# ---- columns ---------------------------------------------------------------------------------------


def read_column(section, field, documents):
    """The values of each document, as the schema's type has them."""
    walk = Bytes(section)

    def align():
        must(not any(walk.take(aligned(walk.at, 8) - walk.at)), "bytes between parts of a column")

    kind, flags, count, width = walk.u32(), walk.u32(), walk.u32(), walk.u32()
    least, divisor, values, keywords = walk.u64(), walk.u64(), walk.u64(), walk.u64()
    must(kind == (2 if field.type == "keyword" else 1) and count == documents, "head of a column")
    present = list(range(documents))
    if not flags & 1:
        words = (documents + 63) // 64
        bits = walk.number(8 * words)
        ranks = [walk.u32() for _ in range(words + 1)]
        present = [d for d in present if bits >> d & 1]
        must(ranks == [sum(d < 64 * w for d in present) for w in range(words + 1)], "ranks of a column")
    align()
    starts = numbers(walk, len(present) + 1) if flags & 2 else list(range(len(present) + 1))
    align()
    stored = [walk.number(width) for _ in range(values)]
    align()
    blocks = (documents + 1023) // 1024
    bounds = [[walk.number(width) for _ in range(blocks)] for _ in range(2)]
    align()
    words, end = [], 0
    if kind == 2:
        for next_end in numbers(walk, keywords):
            words.append((end, next_end))
            end = next_end
        data = walk.take(end)
        words = [data[a:b] for a, b in words]
        must(words == sorted(set(words)), "keywords do not rise")
    walk.end("column")
    must(starts[-1] == values, "values of a column")
    result, inside = {}, [[] for _ in range(blocks)]
    for i, document in enumerate(present):
        of = stored[starts[i]:starts[i + 1]]
        must(of and of == sorted(set(of)), "values of a document do not rise")
        inside[document // 1024] += of
        result[document] = [words[v] if kind == 2 else from_column(least + divisor * v, field.type) for v in of]
    must(bounds == [[f(v) if v else 0 for v in inside] for f in (min, max)], "bounds of a column")
    return result


def from_column(value, kind):
    if kind == "text":  # of a signature
        return value
    if kind != "float":
        return value - (1 << 63)
    bits = value & ~(1 << 63) if value >> 63 else ~value & (1 << 64) - 1
    return struct.unpack("<d", struct.pack("<Q", bits))[0]
