# SPDX-License-Identifier: MIT
#
# Manual pages of section 3 from the public headers: a page for each function and each named type, with what the
# header says of it, and libsearch(3), which lists all of them in the header's order.
#
#     awk -v folder=OUT -v version=0.1.0 -v date=2026-01-31 -f from-headers.awk libsearch.h libsearch/*.h
#
# It reads the headers as they are laid out here: a comment that begins with /** stands before what it is about; a
# declaration begins in the first column. What is not so is missing from the pages, and the tests count them.

# A line of running text or of code, safe for troff.
function safe(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  if (text ~ /^[.']/) text = "\\&" text
  return text
}

# Running text: names and `code` in bold.
function prose(text,    out, part, i, parts) {
  text = safe(text)
  while (match(text, /`[^`]*`/)) {
    text = substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART + 1, RLENGTH - 2) "\\fP" substr(text, RSTART + RLENGTH)
  }
  out = ""
  while (match(text, /(libsearch|LIBSEARCH)_[a-zA-Z0-9_]+/)) {
    out = out substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART, RLENGTH) "\\fP"
    text = substr(text, RSTART + RLENGTH)
  }
  text = out text
  return text ~ /^[.']/ ? "\\&" text : text
}

# The first sentence of a comment, without its end.
function brief(text,    end) {
  gsub(/\n/, " ", text)
  gsub(/  +/, " ", text)
  sub(/^ /, "", text)
  end = match(text, /[.;:]( |$)/)
  if (end > 0) text = substr(text, 1, end - 1)
  sub(/ \([^)]*$/, "", text) # cut inside parentheses
  gsub(/`/, "", text)
  return safe(text)
}

# Whether one of the indented lines around line i has columns.
function in_columns(lines, count, i,    j) {
  for (j = i; j >= 1 && lines[j] ~ /^  /; j--) if (lines[j] ~ /^  .*[^ ]  +[^ ]/) return 1
  for (j = i; j <= count && lines[j] ~ /^  /; j++) if (lines[j] ~ /^  .*[^ ]  +[^ ]/) return 1
  return 0
}

# A comment as paragraphs; lines indented by four are code, indented ones with columns tables, those that begin with
# - items.
function write_comment(text, file,    lines, count, i, line, code, blank, begun, code_indent) {
  count = split(text, lines, "\n")
  code = 0
  blank = 0
  for (i = 1; i <= count; i++) {
    line = lines[i]
    if (line ~ /^ *$/) { blank = begun; continue }
    if (line ~ /^    / || (line ~ /^  / && in_columns(lines, count, i))) {
      if (!code) code_indent = line ~ /^    / ? "^    " : "^  "
      if (!code) print (begun ? ".PP\n" : "") ".RS 4\n.nf" > file
      else if (blank) print "" > file
      code = 1
      sub(code_indent, "", line)
      print safe(line) > file
    } else {
      if (code) print ".fi\n.RE" > file
      if ((code || blank) && line !~ /^ *- /) print ".PP" > file
      code = 0
      sub(/^ +/, "", line)
      if (line ~ /^- /) { print ".IP \\(bu 2" > file; line = substr(line, 3) }
      print prose(line) > file
    }
    begun = 1
    blank = 0
  }
  if (code) print ".fi\n.RE" > file
}

function write_code(text, file,    lines, count, i) {
  print ".nf" > file
  count = split(text, lines, "\n")
  for (i = 1; i <= count; i++) print safe(lines[i]) > file
  print ".fi" > file
}

# A struct or enum: its lines without their comments into bare, and for each member what is declared and what is said
# of it into member[1..members] and said[1..members].
function take_apart(text,    lines, count, i, line, place, inside, before, open) {
  count = split(text, lines, "\n")
  bare = ""
  members = 0
  inside = 0 # a comment behind its member
  open = 0   # a comment before it
  before = ""
  for (i = 1; i <= count; i++) {
    line = lines[i]
    if (open || line ~ /^ +\/\*\*( |$)/) {
      open = line !~ /\*\//
      sub(/^ +\/\*\* ?/, "", line)
      sub(/^ +\* ?/, "", line)
      sub(/ *\*\/.*/, "", line)
      before = before (before == "" ? "" : "\n") line
      continue
    }
    if (before != "") { # its member; a declaration may take several lines
      member[++members] = line
      said[members] = before
      bare = bare "\n" line
      while (member[members] !~ /[;,] *$/ && i < count) {
        bare = bare "\n" lines[++i]
        sub(/^ +/, " ", lines[i])
        member[members] = member[members] lines[i]
      }
      sub(/^ +/, "", member[members])
      sub(/[,;]$/, "", member[members])
      before = ""
      continue
    }
    if (inside) {
      inside = line !~ /\*\//
      sub(/ *\*\/.*/, "", line)
      sub(/^ +/, "", line)
      said[members] = said[members] "\n" line
      continue
    }
    if (line ~ /^\/\*/) { # what is said of the whole
      sub(/^\/\* /, "", line)
      sub(/ \*\/$/, "", line)
      member[++members] = ""
      said[members] = line
      continue
    }
    place = index(line, "/**<")
    if (place > 0) {
      said[++members] = substr(line, place + 5)
      line = substr(line, 1, place - 1)
      sub(/ +$/, "", line)
      member[members] = line
      sub(/^ +/, "", member[members])
      sub(/[,;]$/, "", member[members])
      sub(/^#define /, "", member[members])
      gsub(/  +/, " ", member[members])
      inside = said[members] !~ /\*\//
      sub(/ *\*\/.*/, "", said[members])
    }
    bare = bare (bare == "" ? "" : "\n") line
  }
}

function write_members(file,    i, n, lines, j) {
  for (i = 1; i <= members; i++) {
    print (member[i] == "" ? ".PP" : ".TP\n.B " safe(member[i])) > file
    n = split(said[i], lines, "\n")
    for (j = 1; j <= n; j++) print prose(lines[j]) > file
  }
}

function title(name, file) {
  print ".\\\" Made from the headers by docs/man/from-headers.awk; do not edit." > file
  print ".TH " name " 3 \"" date "\" \"libsearch " version "\" \"libsearch\"" > file
}

# The header that a program includes for a file: parts come with libsearch.h.
function included(path) { return path ~ /libsearch-xapian\.h$/ ? "libsearch-xapian.h" : "libsearch.h" }

function clean_comment(text) {
  sub(/^\/\*\*?</, "/**", text)
  sub(/^ *\/\*\*? ?/, "", text)
  sub(/ *\*\/ *$/, "", text)
  return text
}

function remember(name, kind, code) {
  if (name in kind_of) { comment = ""; return }
  order[++total] = name
  kind_of[name] = kind
  code_of[name] = code
  comment_of[name] = comment
  header_of[name] = included(FILENAME)
  section_of[name] = section
  comment = ""
}

FNR == 1 {
  state = ""
  comment = ""
  # The first comment of the file is its overview; a part is a section of its own.
  first = 1
  overview[FILENAME] = ""
  files[++file_count] = FILENAME
  if (FILENAME !~ /libsearch\.h$/) {
    section = FILENAME
    sub(/^.*include\//, "", section)
    sections[++section_count] = section
  }
  next
}

first {
  if ($0 ~ /\*\//) { first = 0; next }
  line = $0
  sub(/^ \* ?/, "", line)
  overview[FILENAME] = overview[FILENAME] line "\n"
  next
}

state == "comment" {
  line = $0
  if (line ~ /\*\//) { sub(/ *\*\/.*/, "", line); state = "" }
  sub(/^ *\* ?/, "", line)
  comment = comment line "\n"
  next
}

state == "heading" {
  if ($0 ~ /\*\//) { state = ""; next }
  line = $0
  sub(/^ \* */, "", line)
  section = line
  sections[++section_count] = section
  next
}

state == "body" {
  code = code "\n" $0
  if ($0 ~ /^}/) {
    state = ""
    if (body_name == "") { loose[section] = loose[section] (loose[section] != "" ? "\n" : "") comment_line(comment) code "\n"; comment = "" }
    else remember(body_name, body_kind, code)
  }
  next
}

state == "declaration" {
  line = $0
  sub(/^ +/, "    ", line)
  code = code "\n" line
  if ($0 ~ /;/) { state = ""; declare() }
  next
}

function comment_line(text) {
  gsub(/\n/, " ", text)
  sub(/^ +/, "", text)
  sub(/ +$/, "", text)
  return text == "" ? "" : "/* " text " */\n"
}

function declare(    text, name) {
  text = code
  if (text ~ /^LIBSEARCH_API/) {
    sub(/^LIBSEARCH_API /, "", code)
    match(code, /libsearch_[a-z0-9_]+\(/)
    name = substr(code, RSTART, RLENGTH - 1)
    remember(name, "function", code)
  } else {
    match(code, /\(\*libsearch_[a-z0-9_]+\)/)
    name = substr(code, RSTART + 2, RLENGTH - 3)
    remember(name, "type", code)
  }
}

/^\/\* -----/ { comment = ""; if ($0 !~ /\*\//) state = "heading"; next }
/^\/\*\*/ {
  comment = ""
  line = $0
  sub(/^\/\*\* ?/, "", line)
  if (line ~ /\*\//) sub(/ *\*\/.*/, "", line)
  else state = "comment"
  if (line != "") comment = line "\n"
  next
}
/^LIBSEARCH_API/ || /^typedef [^{;]*\(\*libsearch_/ {
  code = $0
  if ($0 ~ /;/) declare()
  else state = "declaration"
  next
}
/^(typedef )?(struct|enum|union) libsearch_[a-z0-9_]+ \{/ {
  match($0, /libsearch_[a-z0-9_]+/)
  body_name = substr($0, RSTART, RLENGTH)
  body_kind = "type"
  code = $0
  # options are declared first and said later: what is said counts
  if (body_name in kind_of && code_of[body_name] !~ /\{/) {
    state = "late"
    next
  }
  state = "body"
  next
}
state == "late" {
  code = code "\n" $0
  if ($0 ~ /^}/) { state = ""; code_of[body_name] = code; comment_of[body_name] = comment; section_of[body_name] = section; comment = "" }
  next
}
/^enum \{/ { body_name = ""; code = $0; state = "body"; next }
/^typedef (struct|enum) libsearch_[a-z0-9_]+ libsearch_[a-z0-9_]+;/ {
  match($0, /libsearch_[a-z0-9_]+/)
  remember(substr($0, RSTART, RLENGTH), "type", $0)
  next
}
/^#define LIBSEARCH_[A-Z_]+ .*\/\*\*</ { loose[section] = loose[section] $0 "\n"; next }
/^#(ifdef|ifndef|else|endif|if|define|include)/ && comment ~ /@def/ {
  # LIBSEARCH_..._INIT goes with its type
  text = comment
  sub(/^@def [A-Z_]+\n/, "", text)
  match(comment, /LIBSEARCH_[A-Z_]+/)
  macro = substr(comment, RSTART, RLENGTH)
  if (macro ~ /_INIT$/) {
    type = tolower(substr(macro, 1, length(macro) - 5))
    init_of[type] = macro
  }
  comment = ""
  next
}

END {
  for (i = 1; i <= total; i++) {
    name = order[i]
    file = folder "/" name ".3"
    title(name, file)
    print ".SH NAME\n" name " \\- " brief(comment_of[name]) > file
    print ".SH SYNOPSIS\n.nf\n.B #include <" header_of[name] ">\n.fi\n.PP" > file
    take_apart(code_of[name])
    write_code(bare, file)
    print ".SH DESCRIPTION" > file
    write_comment(comment_of[name], file)
    write_members(file)
    if (name in init_of) print ".PP\nBegin with \\fB" init_of[name] "\\fP, which sets the size." > file
    print ".SH SEE ALSO\n.ad l\n.nh" > file
    seen = " " name " "
    line = ".BR libsearch (3)"
    text = code_of[name] " " comment_of[name]
    while (match(text, /libsearch_[a-z0-9_]+/)) {
      other = substr(text, RSTART, RLENGTH)
      text = substr(text, RSTART + RLENGTH)
      if ((other in kind_of) && index(seen, " " other " ") == 0) {
        seen = seen other " "
        line = line ",\n.BR " other " (3)"
      }
    }
    # who else speaks of a type
    if (kind_of[name] == "type")
      for (j = 1; j <= total; j++)
        if (kind_of[order[j]] == "function" && index(seen, " " order[j] " ") == 0 && code_of[order[j]] ~ ("(^|[^a-z_])" name "[^a-z_0-9]")) {
          seen = seen order[j] " "
          line = line ",\n.BR " order[j] " (3)"
        }
    print line > file
    close(file)
  }

  file = folder "/libsearch.3"
  title("libsearch", file)
  print ".SH NAME\nlibsearch \\- full\\-text search as a C library" > file
  print ".SH SYNOPSIS\n.nf\n.B #include <libsearch.h>\n.PP\n.B cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs libsearch)\n.fi" > file
  print ".SH DESCRIPTION" > file
  for (f = 1; f <= file_count; f++)
    if (files[f] ~ /libsearch\.h$/) write_comment(overview[files[f]], file)
  for (s = 1; s <= section_count; s++) {
    print ".SH \"" toupper(safe(sections[s])) "\"" > file
    for (f = 1; f <= file_count; f++)
      if (index(files[f], sections[s]) > 0) { write_comment(overview[files[f]], file) }
    for (i = 1; i <= total; i++)
      if (section_of[order[i]] == sections[s])
        print ".TP\n.BR " order[i] " (3)\n" brief(comment_of[order[i]]) > file
    take_apart(loose[sections[s]])
    write_members(file)
  }
  print ".SH SEE ALSO\n.BR lsearch (1)" > file
}
