"""A line of a fixed length between network namespaces: what goes into one device comes out of another, later.

far.py MILLIS MORE_MILLIS SEED NAME=ADDRESS...: makes a tun device for each name, says "made", and carries each IPv4 packet
to the device of its destination, MILLIS later and by chance up to MORE_MILLIS more, so that packets overtake each other.
The devices may be moved to namespaces; they are gone when this ends, which it does at the end of its standard input; the last it says is how many packets it has got.
"""
import fcntl
import heapq
import os
import random
import select
import socket
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
LARGEST = 65536


def device(name):
    opened = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(opened, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return opened


def main():
    least, more, chance = float(sys.argv[1]) / 1000, float(sys.argv[2]) / 1000, random.Random(int(sys.argv[3]))
    names = dict(argument.split("=") for argument in sys.argv[4:])
    devices = {socket.inet_aton(address): device(name) for name, address in names.items()}
    print("made", flush=True)
    on_the_way, number = [], 0
    inputs = list(devices.values()) + [0]
    while True:
        wait = max(0, on_the_way[0][0] - time.monotonic()) if on_the_way else None
        for ready in select.select(inputs, [], [], wait)[0]:
            if ready == 0:
                print(number, flush=True)
                return
            packet = os.read(ready, LARGEST)
            to = devices.get(packet[16:20])
            if packet[0] >> 4 == 4 and to is not None:
                number += 1
                heapq.heappush(on_the_way, (time.monotonic() + least + chance.random() * more, number, to, packet))
        while on_the_way and on_the_way[0][0] <= time.monotonic():
            _, _, to, packet = heapq.heappop(on_the_way)
            try:
                os.write(to, packet)
            except (BlockingIOError, OSError):
                pass  # a device that is full or down loses packets, as a line does


main()
