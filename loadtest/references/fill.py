#!/usr/bin/env python3
"""What the references with Redis need, taken from a running server: a template and its fields.

    fill.py URL CODES FOLDER > commands

The page of the first code becomes FOLDER/template.html, with every value of its view replaced by
{{its name}}; the fields of every code become SET commands for `redis-cli --pipe`. Headers of the
page are left in FOLDER/headers.json and FOLDER/headers.conf.
"""
import http.client
import json
import sys
import urllib.parse

url, codes, folder = sys.argv[1:4]
server = urllib.parse.urlsplit(url)
if server.hostname != "127.0.0.1":
    sys.exit("fill.py: only 127.0.0.1 is asked")
connection = http.client.HTTPConnection(server.hostname, server.port, timeout=10)


def ask(path, accept):
    connection.request("GET", path, headers={"Accept": accept, "Accept-Language": "zh-CN"})
    answer = connection.getresponse()
    body = answer.read().decode()
    if answer.status != 200:
        sys.exit(f"fill.py: {path} is answered {answer.status}")
    return answer.headers, body


def fields(path):
    view = json.loads(ask(path, "application/json")[1])
    found = {"code": view["code"]["value"]}
    for records in view["records"].values():
        for name, value in records[0].items():
            if isinstance(value, str) and len(value) > 2:
                found.setdefault(name, value)
    return found


with open(codes, encoding="ascii") as file:
    paths = list(dict.fromkeys(line.strip() for line in file))

headers, page = ask(paths[0], "text/html")
for name, value in sorted(fields(paths[0]).items(), key=lambda field: -len(field[1])):
    page = page.replace(value, "{{" + name + "}}")
with open(f"{folder}/template.html", "w", encoding="utf-8") as file:
    file.write(page)
own = {"date", "content-length", "content-type", "content-encoding", "etag", "connection"}
kept = {name: value for name, value in headers.items() if name.lower() not in own}
with open(f"{folder}/headers.json", "w", encoding="utf-8") as file:
    json.dump(kept, file)
with open(f"{folder}/headers.conf", "w", encoding="utf-8") as file:
    for name, value in kept.items():
        file.write(f"add_header {name} {json.dumps(value)};\n")

for path in paths:
    words = [b"SET", path.encode(), json.dumps(fields(path), ensure_ascii=False).encode()]
    command = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)
    sys.stdout.buffer.write(command)
