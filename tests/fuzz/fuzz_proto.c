/* Bytes from a stranger on the console socket, in pieces as they come; and the filter after a bar. */
#include <stdint.h>

#include "cli/session/filter.h"
#include "cli/socket/proto.h"

/* A line: its command, and what its filter makes of some text. */
static void filter(struct str line)
{
	struct filter f;
	struct err err = {0};
	struct out out;
	struct str command, tail = line;
	size_t fault = 0;
	if (filter_split(line, &command, &tail) && command.len + tail.len >= line.len)
		__builtin_trap();
	out_init(&out);
	enum filter_parse p = filter_parse(&f, tail, &fault, &err);
	if (p == FILTER_OK)
		filter_apply(&f, STR("a line\nanother {1}\nlast"), &out);
	if ((p == FILTER_UNKNOWN && fault > tail.len) || (p == FILTER_BAD && err.text[0] == '\0'))
		__builtin_trap();
	filter_free(&f);
	out_free(&out);
}

static void read_all(const uint8_t *data, size_t len, bool from_server)
{
	struct proto_reader r;
	if (!proto_reader_init(&r, from_server))
		return;
	size_t step = len > 0 ? 1 + data[0] % 97 : 1;
	for (size_t at = 0; at < len;) {
		size_t room;
		uint8_t *space = proto_reader_space(&r, &room);
		size_t n = step < room ? step : room;
		n = n < len - at ? n : len - at;
		memcpy(space, data + at, n);
		proto_reader_added(&r, n);
		at += n;
		struct proto_msg m;
		enum proto_read rc;
		while ((rc = proto_reader_next(&r, &m)) == PROTO_READ_OK) {
			uint8_t again[PROTO_FROM_SERVER];
			if (proto_encode(again, sizeof again, &m) == 0)
				__builtin_trap();
			if (m.type == PROTO_LINE)
				filter(m.text);
		}
		if (rc == PROTO_READ_BAD)
			break;
	}
	proto_reader_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	read_all(data, len, false);
	read_all(data, len, true);
	return 0;
}
