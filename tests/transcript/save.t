## Saving, erasing, and what asks before it acts.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# show startup-config
No Configuration
ciscoasa# write memory

Building configuration...
Cryptochecksum: <*>

<*> bytes copied in <*> secs<*>
[OK]
ciscoasa# show startup-config | include ^hostname
hostname ciscoasa
ciscoasa# copy running-config startup-config
Source filename [running-config]? <<

Cryptochecksum: <*>

<*> bytes copied in <*> secs<*>
ciscoasa# write erase
Erase configuration in flash memory? [confirm]<<n
ciscoasa# show startup-config | include ^hostname
hostname ciscoasa
ciscoasa# write erase
Erase configuration in flash memory? [confirm]<<
[OK]
ciscoasa# show startup-config
No Configuration
ciscoasa# 
