#!/usr/bin/env python3
"""Loads a server of pictures with requests at a steady rate, and beside them slow clients and garbage; says what was lost.

    load.py --port N [--seconds 30] [--rate 200] [--at-once N] PICTURE..

With --at-once there are so many clients and nothing else, and each asks as soon as it is answered.

Exit 1 if a request was lost: not answered, or not with the class that the same picture got when it was asked for alone.
"""
import argparse
import http.client
import json
import random
import socket
import sys
import threading
import time

CLIENTS, SLOW, GARBAGE, TIMEOUT = 16, 8, 2, 20


def ask(connection, picture):
    connection.request("POST", "/classify", picture)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise ValueError(f"{answer.status} {body!r}")
    return json.loads(body)["classes"][0]["label"]


class Load:
    def __init__(self, port, pictures, seconds, rate, at_once):
        self.port, self.pictures, self.rate, self.at_once = port, pictures, rate, at_once
        self.lock, self.sent, self.count = threading.Lock(), 0, int(seconds * rate)
        self.times, self.lost, self.slow, self.refused = [], [], 0, 0
        connection = self.connect()
        self.right = [ask(connection, picture) for picture in pictures]
        self.start, self.end = time.monotonic(), time.monotonic() + seconds

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def client(self):
        """Takes the next request as soon as its time has come; its time counts from then, even if all clients are busy."""
        connection = self.connect()
        while True:
            with self.lock:
                number, self.sent = self.sent, self.sent + 1
                if self.at_once and time.monotonic() >= self.end:
                    self.count = min(self.count, number)
            if number >= self.count:
                return
            due, which = self.start + number / self.rate, number % len(self.pictures)
            if self.at_once:
                due = time.monotonic()
            time.sleep(max(0, due - time.monotonic()))
            try:
                label = ask(connection, self.pictures[which])
                if label != self.right[which]:
                    raise ValueError(f"{label}, not {self.right[which]}")
                self.times.append(time.monotonic() - due)
            except (OSError, ValueError, http.client.HTTPException) as wrong:
                self.lost.append(f"{type(wrong).__name__}: {wrong}")
                connection.close()
                connection = self.connect()

    def slow_client(self):
        """Sends a picture in pieces over two seconds, which is to be answered; then trickles a header and hangs up."""
        while time.monotonic() < self.end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), TIMEOUT) as s:
                    body = self.pictures[0]
                    head = b"POST /classify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                    s.sendall(head % len(body))
                    step = len(body) // 10 + 1
                    for at in range(0, len(body), step):
                        s.sendall(body[at:at + step])
                        time.sleep(0.2)
                    if b" 200 " not in s.recv(4096):
                        raise OSError("no answer to a slow client")
                    self.slow += 1
                with socket.create_connection(("127.0.0.1", self.port), TIMEOUT) as s:
                    for byte in b"GET / HT":
                        s.sendall(bytes([byte]))
                        time.sleep(0.05)
            except OSError as wrong:
                self.lost.append(f"slow: {wrong}")

    def garbage(self, seed):
        """Broken pictures, which are to be refused; broken requests; and uploads that are left in the middle."""
        draw = random.Random(seed)
        while time.monotonic() < self.end:
            try:
                connection = self.connect()
                connection.request("POST", "/classify", draw.choice(self.pictures)[:draw.randrange(40)])
                status = connection.getresponse().status
                if status != 400:
                    self.lost.append(f"a broken picture was answered with {status}")
                self.refused += 1
                connection.close()
                with socket.create_connection(("127.0.0.1", self.port), TIMEOUT) as s:
                    s.sendall(draw.randbytes(200) + b"\r\n\r\n")
                with socket.create_connection(("127.0.0.1", self.port), TIMEOUT) as s:
                    s.sendall(b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + draw.randbytes(999))
            except (OSError, http.client.HTTPException):
                pass  # garbage is owed no answer
            time.sleep(0.05)

    def run(self):
        threads = [threading.Thread(target=self.client) for _ in range(self.at_once or CLIENTS)]
        if not self.at_once:
            threads += [threading.Thread(target=self.slow_client) for _ in range(SLOW)]
            threads += [threading.Thread(target=self.garbage, args=(seed,)) for seed in range(GARBAGE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--at-once", type=int, default=0)
    parser.add_argument("pictures", nargs="+")
    options = parser.parse_args()
    pictures = []
    for path in options.pictures:
        with open(path, "rb") as f:
            pictures.append(f.read())
    rate = options.rate if not options.at_once else 1e6
    load = Load(options.port, pictures, options.seconds, rate, options.at_once)
    load.run()
    times = sorted(load.times)
    took = time.monotonic() - load.start
    print(f"{len(times)} of {load.count} requests answered rightly in {took:.1f} s, {load.slow} of slow clients, "
          f"{load.refused} broken pictures refused; lost: {len(load.lost)}")
    if times:
        print(f"milliseconds: median {1e3 * times[len(times) // 2]:.1f}, 99 % {1e3 * times[len(times) * 99 // 100]:.1f}, "
              f"longest {1e3 * times[-1]:.1f}")
    for what in load.lost[:10]:
        print("lost:", what)
    sys.exit(1 if load.lost or len(times) != load.count else 0)


main()
