/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/core.hh"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <exception>
#include <new>

static std::string formatted(const char *format, va_list arguments)
{
    char line[sizeof(libsearch_error::message)];
    vsnprintf(line, sizeof line, format, arguments);
    return line;
}

void fail(libsearch_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    failure failed{ status, formatted(format, arguments), -1 };
    va_end(arguments);
    throw failed;
}

void fail_at(size_t position, libsearch_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    failure failed{ status, formatted(format, arguments), static_cast<int64_t>(position) };
    va_end(arguments);
    throw failed;
}

/* Xapian keeps the text of an errno, not its number. */
static bool caused_by(const Xapian::Error &error, int number)
{
    char text[256];
    const char *cause = error.get_error_string();
    return cause != nullptr && strcmp(cause, strerror_r(number, text, sizeof text)) == 0;
}

static libsearch_status status_of_system(const Xapian::Error &error)
{
    if (caused_by(error, ENOSPC) || caused_by(error, EDQUOT))
        return LIBSEARCH_FULL;
    if (caused_by(error, EACCES) || caused_by(error, EPERM) || caused_by(error, EROFS))
        return LIBSEARCH_PERMISSION;
    return LIBSEARCH_IO;
}

static libsearch_status say(libsearch_error *error, libsearch_status status, const Xapian::Error &cause)
{
    const std::string &context = cause.get_context();
    const char *system = cause.get_error_string();
    return error_set(error, status, "%s: %s%s%s%s%s%s", cause.get_type(), cause.get_msg().c_str(),
                     context.empty() ? "" : " (", context.c_str(), context.empty() ? "" : ")",
                     system == nullptr ? "" : ": ", system == nullptr ? "" : system);
}

libsearch_status status_of_exception(libsearch_error *error) noexcept
{
    /* The classes that stand deepest come first. */
    try {
        throw;
    } catch (const failure &failed) {
        if (failed.position >= 0)
            return error_set_at(error, failed.position, failed.status, "%s", failed.message.c_str());
        return error_set(error, failed.status, "%s", failed.message.c_str());
    } catch (const Xapian::DatabaseModifiedError &cause) {
        return say(error, LIBSEARCH_STALE, cause);
    } catch (const Xapian::DatabaseClosedError &cause) {
        return say(error, LIBSEARCH_STALE, cause);
    } catch (const Xapian::DatabaseLockError &cause) {
        return say(error, LIBSEARCH_LOCKED, cause);
    } catch (const Xapian::DatabaseCorruptError &cause) {
        return say(error, LIBSEARCH_CORRUPT, cause);
    } catch (const Xapian::DatabaseVersionError &cause) {
        return say(error, LIBSEARCH_VERSION, cause);
    } catch (const Xapian::DatabaseNotFoundError &cause) {
        return say(error, LIBSEARCH_NOT_FOUND, cause);
    } catch (const Xapian::DatabaseError &cause) {
        return say(error, status_of_system(cause), cause);
    } catch (const Xapian::NetworkError &cause) { /* NetworkTimeoutError too */
        return say(error, LIBSEARCH_IO, cause);
    } catch (const Xapian::DocNotFoundError &cause) {
        return say(error, LIBSEARCH_NOT_FOUND, cause);
    } catch (const Xapian::FeatureUnavailableError &cause) {
        return say(error, LIBSEARCH_UNSUPPORTED, cause);
    } catch (const Xapian::UnimplementedError &cause) {
        return say(error, LIBSEARCH_UNSUPPORTED, cause);
    } catch (const Xapian::WildcardError &cause) {
        return say(error, LIBSEARCH_LIMIT, cause);
    } catch (const Xapian::QueryParserError &cause) {
        return say(error, LIBSEARCH_SYNTAX, cause);
    } catch (const Xapian::SerialisationError &cause) {
        return say(error, LIBSEARCH_CORRUPT, cause);
    } catch (const Xapian::LogicError &cause) { /* InvalidArgument, InvalidOperation, Assertion */
        return say(error, LIBSEARCH_INVALID, cause);
    } catch (const Xapian::RangeError &cause) {
        return say(error, LIBSEARCH_INVALID, cause);
    } catch (const Xapian::Error &cause) { /* InternalError, and what later versions add */
        return say(error, LIBSEARCH_IO, cause);
    } catch (const std::bad_alloc &) {
        return error_no_memory(error);
    } catch (const std::exception &cause) {
        return error_set(error, LIBSEARCH_IO, "unexpected: %s", cause.what());
    } catch (...) {
        return error_set(error, LIBSEARCH_IO, "an unexpected exception of no known kind");
    }
}
