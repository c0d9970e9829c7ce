/* SPDX-License-Identifier: MIT */
#include "xapian/xapian_support.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int folder_setup(void **state)
{
    char *folder = strdup("/tmp/libsearch-xapian-XXXXXX");
    *state = folder;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

int folder_teardown(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    free(*state);
    return system(command);
}

libsearch_bytes bytes(const char *string) { return (libsearch_bytes){ string, strlen(string) }; }

const char *path_in(void **state, const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", (char *)*state, name);
    return path;
}

libsearch_status open_as(const char *path, unsigned flags, const char *analyzer, libsearch_index **index,
                         libsearch_error *error)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.engine = libsearch_xapian_engine();
    options.analyzer = analyzer;
    return libsearch_open(path, flags, &options, index, error);
}

libsearch_index *open_or_fail(const char *path, unsigned flags)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    if (open_as(path, flags, NULL, &index, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", path, error.message);
    return index;
}

libsearch_index *make(const char *path)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    if (open_as(path, LIBSEARCH_CREATE, "english", &index, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", path, error.message);
    return index;
}

libsearch_writer *write_to(libsearch_index *index)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_writer *writer = NULL;
    if (libsearch_writer_open(index, NULL, &writer, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    return writer;
}

void put_text(libsearch_index *index, libsearch_writer *writer, const char *id, const char *title, const char *text)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(libsearch_document_set_text(document, "title", bytes(title)));
    assert_ok(libsearch_document_set_text(document, "text", bytes(text)));
    if (libsearch_writer_put(writer, bytes(id), document, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", id, error.message);
    libsearch_document_free(document);
}

libsearch_index *make_reports(const char *path)
{
    libsearch_index *index = make(path);
    libsearch_writer *writer = write_to(index);
    put_text(index, writer, "health", "Health officials agree on more cooperation",
             "The two ministries will exchange data every week.");
    put_text(index, writer, "harbour", "A harbour town in winter",
             "The boats stay ashore, and the officials of the port have time to talk.");
    put_text(index, writer, "bread", "How bread is made", "Flour, water, salt, and a night's patience.");
    put_text(index, writer, "teams", "Medical teams", "Teams of medical officers leave by e-mail.");
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return index;
}

const char *ask(libsearch_index *index, const char *query)
{
    static char ids[4096];
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_results *results = NULL;
    size_t length = 0;
    ids[0] = 0;
    if (libsearch_search(index, bytes(query), 100, &results, &error) != LIBSEARCH_OK)
        return strcpy(ids, libsearch_status_text(error.status));
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        length +=
            (size_t)snprintf(ids + length, sizeof ids - length, "%s%.*s", i == 0 ? "" : " ", (int)id.length, id.data);
    }
    libsearch_results_free(results);
    return ids;
}

char *run(const char *program, const char *format, ...)
{
    char command[2048];
    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    if (system(command) != 0) {
        print_message("skipped: no %s\n", program);
        skip();
    }
    int length = snprintf(command, sizeof command, "%s ", program);
    va_list arguments;
    va_start(arguments, format);
    length += vsnprintf(command + length, sizeof command - (size_t)length, format, arguments);
    va_end(arguments);
    snprintf(command + length, sizeof command - (size_t)length, " 2>&1");
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    char *text = calloc(1 << 20, 1);
    const size_t got = fread(text, 1, (1 << 20) - 1, pipe);
    text[got] = 0;
    pclose(pipe);
    return text;
}

void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in:\n%s", part, text);
}

/* ----- servers ----- */

static bool answers(unsigned port)
{
    const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected = connect(socket_fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(socket_fd);
    return connected;
}

static unsigned free_port(void)
{
    const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(socket_fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(socket_fd, (struct sockaddr *)&address, &size), 0);
    close(socket_fd);
    return ntohs(address.sin_port);
}

struct server server_start(const char *path)
{
    if (system("command -v xapian-tcpsrv >/dev/null") != 0) {
        print_message("skipped: no xapian-tcpsrv\n");
        skip();
    }
    struct server server = { 0, free_port() };
    char port[16];
    snprintf(port, sizeof port, "%u", server.port);
    server.process = fork();
    if (server.process == 0) {
        setpgid(0, 0); /* it forks for each connection */
        if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL)
            _exit(127);
        execlp("xapian-tcpsrv", "xapian-tcpsrv", "--interface", "127.0.0.1", "--port", port, "--quiet", path,
               (char *)NULL);
        _exit(127);
    }
    setpgid(server.process, server.process);
    for (int i = 0; i < 500 && !answers(server.port); i++)
        nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
    return server;
}

void server_stop(struct server *server)
{
    if (server->process <= 0)
        return;
    kill(-server->process, SIGKILL);
    waitpid(server->process, NULL, 0);
    server->process = 0;
}
