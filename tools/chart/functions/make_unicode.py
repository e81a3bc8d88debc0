#!/usr/bin/env python3
"""Prints unicode.inc from the table of Debian's package unicode-data, which has the Unicode version that Go has."""

import sys

CLASSES = {"Lu": 1, "Ll": 2, "Lt": 3, "Lm": 4, "Lo": 4, "Nd": 5, "Nl": 6, "No": 6}


def read(path):
    """code point -> (class, upper, lower, title)"""
    table, first = {}, None
    for line in open(path):
        fields = line.rstrip("\n").split(";")
        code, name, category = int(fields[0], 16), fields[1], fields[2]
        kind = CLASSES.get(category, 7 if category[0] == "P" else 0)
        if name.endswith("First>"):
            first = code
            continue
        upper, lower, title = (int(f, 16) if f else code for f in fields[12:15])
        if not fields[14]:
            title = upper
        for point in range(first if name.endswith("Last>") else code, code + 1):
            table[point] = (kind, upper, lower, title) if point == code else (kind, point, point, point)
    return table


def turns(table):
    last, out = 0, []
    for point in range(0x110000):
        kind = table.get(point, (0,))[0]
        if kind != last:
            out.append(f"0x{point << 3 | kind:X}")
            last = kind
    return out


def shifts(table, column):
    """Runs of points that map by one distance, each with the step between its points."""
    moved = [(p, row[column] - p) for p, row in sorted(table.items()) if row[column] != p]
    runs = []
    for point, distance in moved:
        if runs:
            first, last, step, by = runs[-1]
            gap = point - last
            if by == distance and gap <= 2 and (step in (0, gap)):
                runs[-1] = (first, point, gap, by)
                continue
        runs.append((point, point, 0, distance))
    return [f"{{0x{first:X}, 0x{last:X}, {step or 1}, {by}}}" for first, last, step, by in runs]


def show(declaration, items):
    print(f"{declaration} = {{")
    line = "   "
    for item in items:
        if len(line) + len(item) + 2 > 118:
            print(line)
            line = "   "
        line += f" {item},"
    print(line + "\n};")


def main():
    table = read(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode/UnicodeData.txt")
    print("// Written by make_unicode.py. Where the class of a rune changes (rune << 3 | class), and how runes change case.")
    show("constexpr uint32_t kTurns[]", turns(table))
    for name, column in (("kToUpper", 1), ("kToLower", 2), ("kToTitle", 3)):
        show(f"constexpr Shift {name}[]", shifts(table, column))


main()
