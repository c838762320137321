/* What a client that has the pre-shared key, or its server, may say in Main Mode, Aggressive Mode, Quick Mode and
 * Informationals: talk_format.h. */
#include "tests/fuzz/talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	talk_run(data, len, false);
	return 0;
}
