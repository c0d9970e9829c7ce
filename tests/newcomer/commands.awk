# SPDX-License-Identifier: MIT
#
# The commands of a document as one shell script: its ```sh blocks in their order; a ```c block becomes the file that
# the text before it names last (`search.c`).
/^```sh$/ { inside = "sh"; next }
/^```c$/ { inside = "c"; print "cat >" file " <<'END OF THE PROGRAM'"; next }
/^```/ {
  if (inside == "c") print "END OF THE PROGRAM"
  inside = inside == "" ? "other" : ""
  next
}
inside == "sh" || inside == "c" { print; next }
inside == "" {
  line = $0
  while (match(line, /`[a-z_]+\.c`/)) {
    file = substr(line, RSTART + 1, RLENGTH - 2)
    line = substr(line, RSTART + RLENGTH)
  }
}
