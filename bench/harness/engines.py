# SPDX-License-Identifier: MIT
"""The engines: how each driver is built, and with which words it is called."""

import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DRIVERS = os.path.join(HERE, "drivers")
COMMON = os.path.join(DRIVERS, "common", "driver.c")

# name: (driver, words for index, words for search, whether latency is measured)
OURS = {
    "libsearch": ("native", [], [], True),
    "libsearch-reordered": ("native", ["reordered"], [], True),
    "libsearch-biwords": ("native", ["reordered", "biwords"], [], True),
    "libsearch-default": ("native", ["analyzer=english"], ["model=default"], True),
    "libsearch-stored": ("native", ["stored"], [], False),
}
# The same under harder conditions; asked for by name only.
HARDER = {
    "libsearch-parameters": ("native", [], ["model=bm25:k1=0.9,b=0.4"], True),
    "libsearch-segments": ("native", ["segments=8"], [], True),
    "libsearch-deleted": ("native", ["deleted=5"], [], True),
    "libsearch-filtered": ("native", ["buckets=4"], ["bucket=1"], True),
    "libsearch-two-threads": ("native", ["threads=2"], [], False),
    "libsearch-64mib": ("native", ["memory=64"], [], False),
}
PEERS = {
    "fts5": ("fts5", [], [], True),
    "fts5-stored": ("fts5", ["stored"], [], False),
    "xapian": ("xapian", [], [], True),
    "xapian-stored": ("xapian", ["stored"], [], False),
    "tantivy": ("tantivy", [], [], True),
    "tantivy-stored": ("tantivy", ["stored"], [], False),
    "lucene": ("lucene", [], [], True),
    "lucene-bp": ("lucene", ["reordered"], [], True),
    "lucene-stored": ("lucene", ["stored"], [], False),
}


class Missing(Exception):
    """A driver cannot be built here; the message is the line that says why."""


def run(command, log, **options):
    """Runs a build step; its output goes to a file that is named when the step fails."""
    with open(log, "ab") as file:
        file.write((" ".join(command) + "\n").encode())
        file.flush()
        done = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise Missing(f"{command[0]} failed, see {log}")


def tool(*names):
    for name in names:
        if name and shutil.which(name):
            return name
    raise Missing(f"no {' or '.join(name for name in names if name)} here")


def package(name):
    """Compiler words and version of a library that pkg-config knows."""
    tool("pkg-config")
    found = subprocess.run(["pkg-config", "--cflags", "--libs", name], capture_output=True, text=True)
    if found.returncode != 0:
        raise Missing(f"no development files of {name} here")
    version = subprocess.run(["pkg-config", "--modversion", name], capture_output=True, text=True).stdout.strip()
    return found.stdout.split(), version


def build_native(folder, log, given=None):
    if given:
        return [given], "given"
    root = os.path.dirname(HERE)
    tool("cmake")
    run([tool("cmake"), "-S", root, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", "-DLIBSEARCH_TESTS=OFF",
         "-DLIBSEARCH_TOOLS=OFF", "-DLIBSEARCH_EXAMPLES=OFF", "-DLIBSEARCH_BENCH=ON"] + (["-GNinja"] if shutil.which("ninja") else []), log)
    run(["cmake", "--build", folder, "--target", "bench-native"], log)
    found = glob.glob(os.path.join(folder, "**", "bench-native"), recursive=True)
    if not found:
        raise Missing(f"bench-native was not built, see {log}")
    return [found[0]], "this tree"


def build_fts5(folder, log):
    words, version = package("sqlite3")
    program = os.path.join(folder, "driver")
    run([tool(os.environ.get("CC"), "cc", "gcc"), "-std=gnu11", "-O2", "-o", program, COMMON,
         os.path.join(DRIVERS, "fts5", "driver.c")] + words, log)
    return [program], version


def build_xapian(folder, log):
    words, version = package("xapian-core")
    program, common = os.path.join(folder, "driver"), os.path.join(folder, "common.o")
    run([tool(os.environ.get("CC"), "cc", "gcc"), "-std=gnu11", "-O2", "-c", "-o", common, COMMON], log)
    run([tool(os.environ.get("CXX"), "c++", "g++"), "-std=gnu++17", "-O2", "-o", program,
         os.path.join(DRIVERS, "xapian", "driver.cc"), common] + words, log)
    return [program], version


def build_tantivy(folder, log):
    manifest = os.path.join(DRIVERS, "tantivy", "Cargo.toml")
    environment = {**os.environ, "CARGO_TARGET_DIR": folder, "RUSTFLAGS": "-C target-cpu=native"}
    run([tool("cargo"), "build", "--release", "--locked", "--manifest-path", manifest], log, env=environment)
    lock = open(os.path.join(DRIVERS, "tantivy", "Cargo.lock"), encoding="utf-8").read()
    version = re.search(r'name = "tantivy"\nversion = "([^"]+)"', lock)
    return [os.path.join(folder, "release", "bench-tantivy")], version.group(1) if version else "?"


def java_homes():
    """Every JDK here that can compile, newest first, as (major version, folder)."""
    places = set(glob.glob("/usr/lib/jvm/*"))
    places.add(os.environ.get("JAVA_HOME", ""))
    if shutil.which("javac"):
        places.add(os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("javac")))))
    homes = {}
    for place in places:
        if os.access(os.path.join(place, "bin", "javac"), os.X_OK):
            said = subprocess.run([os.path.join(place, "bin", "javac"), "-version"], capture_output=True, text=True)
            number = re.search(r"javac (\d+)", said.stdout + said.stderr)
            if number:
                homes[os.path.realpath(place)] = int(number.group(1))
    return sorted(((major, home) for home, major in homes.items()), reverse=True)


def build_lucene(folder, log):
    homes = [(major, home) for major, home in java_homes() if major >= 17]
    if not homes:
        raise Missing("no JDK of version 17 or later here")
    major, home = homes[0]
    pom = os.path.join(DRIVERS, "lucene", "pom.xml")
    version = re.search(r"<lucene.version>([^<]+)<", open(pom, encoding="utf-8").read()).group(1)
    if major < 21:  # Lucene 10 wants Java 21
        version = "9.12.3"
    libraries, classes = os.path.join(folder, f"lib-{version}"), os.path.join(folder, f"classes-{version}")
    if not glob.glob(os.path.join(libraries, "lucene-core-*.jar")):
        run([tool("mvn"), "-q", "-B", "-f", pom, f"-Dlucene.version={version}", "dependency:copy-dependencies",
             f"-DoutputDirectory={libraries}"], log)
    run([os.path.join(home, "bin", "javac"), "--release", "17", "-proc:none", "-cp", f"{libraries}/*", "-d", classes,
         os.path.join(DRIVERS, "lucene", "Driver.java")], log)
    command = [os.path.join(home, "bin", "java")]
    if os.path.exists(os.path.join(home, "jmods", "jdk.incubator.vector.jmod")) or major >= 24:
        command += ["--add-modules", "jdk.incubator.vector"]
    if major >= 21:
        command += ["--enable-native-access=ALL-UNNAMED"]
    return command + ["-cp", f"{classes}:{libraries}/*", "Driver"], f"{version}, JDK {major}"


BUILDERS = {"native": build_native, "fts5": build_fts5, "xapian": build_xapian, "tantivy": build_tantivy,
            "lucene": build_lucene}


class Engine:
    """One row of the tables: a driver with its words."""

    def __init__(self, name, command, version, spec):
        self.name, self.command, self.version = name, command, version
        self.driver, self.index_words, self.search_words, self.latency = spec
        self.ours = self.driver == "native"
        self.warms_up = self.driver == "lucene"

    def index_command(self, docs, index):
        return self.command + ["index", docs, index] + self.index_words

    def search_command(self, index, queries):
        command = list(self.command)
        if self.driver == "lucene":  # as the game serves it
            command.insert(1, "-XX:+UseParallelGC")
        return command + ["search", index, queries] + self.search_words


def make(names, folder, native):
    """Builds the drivers that the named engines need. Returns the engines and what was skipped, by
    name, with the reason."""
    built, engines, skipped = {}, [], {}
    for name in names:
        spec = {**OURS, **HARDER, **PEERS}[name]
        driver = spec[0]
        if driver not in built:
            place = os.path.join(folder, driver)
            os.makedirs(place, exist_ok=True)
            log = os.path.join(folder, f"{driver}.log")
            if os.path.exists(log):
                os.remove(log)
            print(f"building the {driver} driver", file=sys.stderr)
            try:
                built[driver] = BUILDERS[driver](place, log, *([native] if driver == "native" else []))
            except Missing as missing:
                built[driver] = missing
        if isinstance(built[driver], Missing):
            skipped[name] = str(built[driver])
        else:
            engines.append(Engine(name, *built[driver], spec))
    return engines, skipped
