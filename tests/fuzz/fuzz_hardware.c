/* hardware.yaml. */
#include <stdint.h>
#include <stdlib.h>

#include "core/net/hardware.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hardware hw;
	struct err err = {0};
	if (hardware_parse(&hw, (struct str){(const char *)data, size}, "hardware.yaml", &err) == 0)
		for (unsigned i = 0; i < hw.n; i++)
			if (!hardware_device(&hw, str_of(hw.dev[i].hw)))
				abort();
	return 0;
}
