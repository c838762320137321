/* Inside this folder only: times in log lines, which helper threads make too. */
#ifndef CRYPTO_PKI_LOGTEXT_H
#define CRYPTO_PKI_LOGTEXT_H

#include <stdint.h>

enum {
	PKI_LOG_NAME_MAX = 256, /* room for a name in a log line, cut (pki_name_text) */
	PKI_LOG_TIME_MAX = 32,
};

/* "16:26:07 UTC Oct 30 2023", of seconds since 1970. Any thread. */
void pki_log_time(int64_t s, char text[PKI_LOG_TIME_MAX]);

#endif
