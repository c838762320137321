#include "crypto/pki/logtext.h"

#include <time.h>

#include "core/base/str.h"

void pki_log_time(int64_t s, char text[PKI_LOG_TIME_MAX])
{
	struct tm tm = {0};
	time_t t = (time_t)s;
	if (gmtime_r(&t, &tm) == NULL || strftime(text, PKI_LOG_TIME_MAX, "%H:%M:%S UTC %b %-d %Y", &tm) == 0)
		str_copy(text, PKI_LOG_TIME_MAX, STR("?"));
}
