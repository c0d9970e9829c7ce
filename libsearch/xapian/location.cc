/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/location.hh"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

static bool exists(const std::string &path)
{
    struct stat status;
    return stat(path.c_str(), &status) == 0;
}

static shard parse_shard(const std::string &text)
{
    shard parsed;
    if (text.compare(0, 4, "tcp:") != 0) {
        if (text.empty())
            fail(LIBSEARCH_INVALID, "a location is empty");
        parsed.path = text;
        return parsed;
    }
    const size_t colon = text.rfind(':');
    char *end = nullptr;
    errno = 0;
    const unsigned long port = strtoul(text.c_str() + colon + 1, &end, 10);
    if (colon <= 4 || text[colon + 1] < '0' || text[colon + 1] > '9' || *end != '\0' || errno != 0 || port == 0 ||
        port > 65535)
        fail(LIBSEARCH_INVALID, "%s: a server is tcp:HOST:PORT", text.c_str());
    parsed.host = text.substr(4, colon - 4);
    if (parsed.host.size() > 2 && parsed.host.front() == '[' && parsed.host.back() == ']') /* IPv6 */
        parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
    parsed.port = static_cast<unsigned>(port);
    return parsed;
}

/* Takes "NAME=VALUE," from the front of `rest`; false where it does not begin so. */
static bool take_setting(std::string &rest, const std::string &name, std::string &value)
{
    if (rest.compare(0, name.size() + 1, name + "=") != 0)
        return false;
    const size_t from = name.size() + 1, comma = rest.find(',');
    if (comma == std::string::npos || comma == from)
        fail(LIBSEARCH_INVALID, "%s: %s=… stands before a location and a comma", rest.c_str(), name.c_str());
    value = rest.substr(from, comma - from);
    rest.erase(0, comma + 1);
    return true;
}

static unsigned parse_timeout(const std::string &text)
{
    enum { MOST = 3600000 };
    char *end = nullptr;
    const unsigned long number = text[0] < '0' || text[0] > '9' ? 0 : strtoul(text.c_str(), &end, 10);
    if (end == nullptr || *end != '\0' || number == 0 || number > MOST)
        fail(LIBSEARCH_INVALID, "timeout=%s: milliseconds, from 1 to %d", text.c_str(), MOST);
    return static_cast<unsigned>(number);
}

static location parse_shards(const std::string &rest)
{
    location parsed;
    if (rest.find(',') == std::string::npos || exists(rest)) { /* a comma may be part of a name */
        parsed.shards.push_back(parse_shard(rest));
        return parsed;
    }
    for (size_t from = 0; from <= rest.size();) {
        const size_t comma = std::min(rest.find(',', from), rest.size());
        parsed.shards.push_back(parse_shard(rest.substr(from, comma - from)));
        from = comma + 1;
    }
    return parsed;
}

static location parse(const char *path)
{
    std::string rest = path, map, timeout, value;
    for (;;)
        if (take_setting(rest, "map", value))
            map = value;
        else if (take_setting(rest, "timeout", value))
            timeout = value;
        else
            break;
    location parsed = parse_shards(rest);
    parsed.map = map;
    for (auto &one : parsed.shards)
        if (!timeout.empty())
            one.timeout = parse_timeout(timeout);
    return parsed;
}

/* Whether a stub file (or one that it names) has a line "remote …"; anything else has none. */
static bool names_server(const std::string &path, unsigned depth)
{
    enum { DEEPEST = 8 };
    struct stat status;
    if (depth > DEEPEST || stat(path.c_str(), &status) != 0)
        return false;
    const std::string file = S_ISDIR(status.st_mode) ? path + "/XAPIANDB" : path;
    std::ifstream stub(file);
    std::string kind, rest;
    for (std::string line; std::getline(stub, line);) {
        std::istringstream words(line);
        if (!(words >> kind) || !std::getline(words >> std::ws, rest))
            continue;
        if (kind == "remote")
            return true;
        if (kind != "auto")
            continue;
        const size_t folder = file.rfind('/');
        if (names_server(rest[0] == '/' || folder == std::string::npos ? rest : file.substr(0, folder + 1) + rest,
                         depth + 1))
            return true;
    }
    return false;
}

location location_parse(const char *path)
{
    location parsed = parse(path);
    parsed.local = std::none_of(parsed.shards.begin(), parsed.shards.end(),
                                [](const shard &one) { return one.path.empty() || names_server(one.path, 0); });
    return parsed;
}

found look_at(const std::string &path)
{
    struct stat status;
    if (stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return found::nothing;
        fail(errno == EACCES ? LIBSEARCH_PERMISSION : LIBSEARCH_IO, "%s: %s", path.c_str(), strerrordesc_np(errno));
    }
    if (!S_ISDIR(status.st_mode))
        return found::file;
    for (const char *name : { "/iamglass", "/iamhoney", "/iamchert", "/XAPIANDB" })
        if (exists(path + name))
            return found::database;
    DIR *directory = opendir(path.c_str());
    if (directory == nullptr)
        fail(errno == EACCES ? LIBSEARCH_PERMISSION : LIBSEARCH_IO, "%s: %s", path.c_str(), strerrordesc_np(errno));
    bool empty = true;
    for (const struct dirent *entry; empty && (entry = readdir(directory)) != nullptr;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(directory);
    return empty ? found::empty : found::other;
}

Xapian::Database shard_open(const shard &shard)
{
    if (shard.path.empty())
        return Xapian::Remote::open(shard.host, shard.port, shard.timeout, shard.timeout);
    switch (look_at(shard.path)) {
    case found::nothing: fail(LIBSEARCH_NOT_FOUND, "%s: there is no database", shard.path.c_str());
    case found::empty:
    case found::other: fail(LIBSEARCH_NOT_AN_INDEX, "%s: not a Xapian database", shard.path.c_str());
    case found::file: try { return Xapian::Database(shard.path);
        } catch (const Xapian::NetworkError &) {
            throw; /* a server that a stub file names */
        } catch (const Xapian::DatabaseOpeningError &cause) {
            fail(LIBSEARCH_NOT_AN_INDEX, "%s: neither a Xapian database nor a stub file of one: %s", shard.path.c_str(),
                 cause.get_msg().c_str());
        }
    case found::database: break;
    }
    return Xapian::Database(shard.path);
}

std::string location_stamp(const location &location)
{
    std::string stamp;
    for (const auto &one : location.shards) {
        struct stat status;
        if (one.path.empty() ||
            (stat((one.path + "/iamglass").c_str(), &status) != 0 && stat(one.path.c_str(), &status) != 0))
            continue;
        stamp += std::to_string(status.st_ino) + " " + std::to_string(status.st_mtim.tv_sec) + " " +
                 std::to_string(status.st_mtim.tv_nsec) + " " + std::to_string(status.st_size) + "\n";
    }
    return stamp;
}

bool location_is_stamped(const location &location)
{
    for (const auto &one : location.shards)
        if (one.path.empty() || !exists(one.path + "/iamglass"))
            return false;
    return true;
}

Xapian::Database location_open(const location &location, std::string *stamp)
{
    enum { TRIES = 10 };
    for (unsigned i = 0;; i++) {
        *stamp = location_stamp(location);
        Xapian::Database all = location.shards.size() == 1 ? shard_open(location.shards[0]) : Xapian::Database();
        for (size_t s = 0; location.shards.size() > 1 && s < location.shards.size(); s++)
            all.add_database(shard_open(location.shards[s]));
        if (location_stamp(location) == *stamp || i == TRIES) /* else somebody committed meanwhile */
            return all;
    }
}

uint64_t location_bytes(const location &location)
{
    uint64_t sum = 0;
    for (const auto &one : location.shards) {
        struct stat status;
        if (one.path.empty() || stat(one.path.c_str(), &status) != 0)
            continue;
        DIR *directory = S_ISDIR(status.st_mode) ? opendir(one.path.c_str()) : nullptr;
        if (directory == nullptr) {
            sum += static_cast<uint64_t>(status.st_size);
            continue;
        }
        while (const struct dirent *entry = readdir(directory))
            if (entry->d_name[0] != '.' && stat((one.path + "/" + entry->d_name).c_str(), &status) == 0 &&
                S_ISREG(status.st_mode))
                sum += static_cast<uint64_t>(status.st_size);
        closedir(directory);
    }
    return sum;
}
