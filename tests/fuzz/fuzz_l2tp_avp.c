/* The body of a control message, and a data message, on their own. */
#include "l2tp/data.h"
#include "l2tp/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct avp_set set;
	struct msg_head head;
	struct l2tp_data_head data_head;
	enum avp_type missing;
	char text[100];
	if (avp_decode(rd_of(data, len), &set)) {
		for (unsigned i = 0; i < AVP_N; i++) {
			if (set.has[i])
				avp_describe(&set, (enum avp_type)i, text, sizeof text);
		}
		avp_result(&set);
		msg_missing(&set, &missing);
		avp_text(&set, AVP_HOST_NAME, text, sizeof text);
	}
	msg_parse(rd_of(data, len), &head);
	l2tp_data_parse(rd_of(data, len), &data_head);
	return 0;
}
