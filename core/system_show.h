/* Commands about the appliance as a whole; for core/system_*.c and engines.c alone. */
#ifndef CORE_SYSTEM_SHOW_H
#define CORE_SYSTEM_SHOW_H

struct gateway;

/* system_load.c: CPU samples on the gateway's clock; stop before the clock ends. */
void system_load_register(struct gateway *gw);
void system_load_start(struct gateway *gw);
void system_load_stop(struct gateway *gw);
/* system_unit.c: show mode, firewall, failover, inventory, resource usage, conn, crypto protocol statistics */
void system_unit_register(struct gateway *gw);
/* What stands as serial number in show version and show inventory. */
void system_serial(struct gateway *gw, char text[16]);
/* system_counters.c: show counters, show crypto accelerator statistics */
void system_counters_register(struct gateway *gw);
/* system_tech.c: show tech-support */
void system_tech_register(struct gateway *gw);

#endif
