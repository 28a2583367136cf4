"""Runs a program in a terminal of its own: python3 terminal.py COLUMNS ROWS FILE -- PROGRAM WORDS...

What is written to stdin is typed; what the program draws goes to stdout. FILE holds the program's process id, {"pid": 17}, and
afterwards its exit status, and whether the terminal's settings are what they were: {"status": 130, "isRestored": true}.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios

columns, rows, report = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
program = sys.argv[5:]

master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
before = termios.tcgetattr(slave)

child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for stream in (0, 1, 2):
        os.dup2(slave, stream)
    os.closerange(3, 256)
    os.execvp(program[0], program)

with open(report, "w") as file:
    json.dump({"pid": child}, file)

status = None
sources = [master, 0]
while True:
    ready, _, _ = select.select(sources, [], [], 0.02)
    if 0 in ready:
        typed = os.read(0, 4096)
        if typed:
            os.write(master, typed)
        else:
            sources.remove(0)
    if master in ready:
        os.write(1, os.read(master, 65536))
    elif status is not None:
        break
    if status is None:
        ended, code = os.waitpid(child, os.WNOHANG)
        if ended:
            status = os.waitstatus_to_exitcode(code)

after = termios.tcgetattr(slave)
with open(report, "w") as file:
    json.dump({"status": status, "isRestored": before == after}, file)
