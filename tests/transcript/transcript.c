/* transcript [--pty CONSOLE SOCKET] FILE...: runs transcripts (see script.h) in-process or through the console program. */
#include <stdio.h>
#include <string.h>

#include "script.h"

int main(int argc, char **argv)
{
	const char *console = NULL, *socket = NULL;
	int first = 1, failed = 0;
	if (argc > 3 && strcmp(argv[1], "--pty") == 0) {
		console = argv[2];
		socket = argv[3];
		first = 4;
	}
	if (first >= argc) {
		fprintf(stderr, "usage: transcript [--pty CONSOLE SOCKET] FILE...\n");
		return 2;
	}
	for (int i = first; i < argc; i++) {
		struct script s;
		if (!script_read(&s, argv[i])) {
			failed = 1;
			continue;
		}
		int rc = console != NULL ? run_on_pty(&s, console, socket) : run_in_process(&s);
		printf("%s %s\n", rc == 0 ? "ok  " : "FAIL", argv[i]);
		failed |= rc;
		script_free(&s);
	}
	run_in_process_end();
	return failed;
}
