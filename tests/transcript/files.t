## Files of disk0:, copies, checkpoint and rollback, a reload that is put off. dir, show disk0:, verify, the questions of copy and
## of configure factory-default, and the texts of show reload are recollection.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# dir

Directory of disk0:/

No files in directory

268435456 bytes total (268435456 bytes free)
ciscoasa# copy running-config disk0:/checkpoint.cfg
Source filename [running-config]? <<

Destination filename [checkpoint.cfg]? <<

Cryptochecksum: <*>

<*> bytes copied in <*> secs<*>
ciscoasa# copy running-config flash:checkpoint.cfg
Source filename [running-config]? <<

Destination filename [checkpoint.cfg]? <<

%Warning:There is a file already existing with this name
Do you want to over write? [confirm]<<n
ciscoasa# dir disk0:

Directory of disk0:/

1      -rwx  <*>checkpoint.cfg

268435456 bytes total (<*> bytes free)
ciscoasa# show disk0:
--#--  --length--  -----date/time------  path
    1  <*>  checkpoint.cfg

268435456 bytes total (<*> bytes free)
ciscoasa# pwd
disk0:/
ciscoasa# dir /recursive flash:

Directory of disk0:/

1      -rwx  <*>checkpoint.cfg

268435456 bytes total (<*> bytes free)
ciscoasa# verify /md5 checkpoint.cfg
!Done!
verify /MD5 (disk0:/checkpoint.cfg) = <*>
ciscoasa# verify /md5 checkpoint.cfg 00
%Error verifying disk0:/checkpoint.cfg
Computed signature  = <*>
Submitted signature = 00
ciscoasa# verify nothing.cfg
%Error opening disk0:/nothing.cfg (No such file or directory)
ciscoasa# more disk0:/checkpoint.cfg | include ^hostname
hostname ciscoasa
ciscoasa# configure terminal
ciscoasa(config)# hostname other
other(config)# show running-config hostname
hostname other
other(config)# configure replace disk0:checkpoint.cfg

<*> bytes copied in <*> secs<*>
ciscoasa(config)# configure rollback
other(config)# copy /noconfirm disk0:/checkpoint.cfg running-config

<*> bytes copied in <*> secs<*>
ciscoasa(config)# copy /noconfirm disk0:/checkpoint.cfg disk0:/second.cfg

Copy in progress...C

<*> bytes copied in <*> secs<*>
ciscoasa(config)# rename second.cfg third.cfg

Source filename [second.cfg]? <<

Destination filename [third.cfg]? <<

ciscoasa(config)# delete third.cfg

Delete filename [third.cfg]? <<

Delete disk0:/third.cfg? [confirm]<<
ciscoasa(config)# more third.cfg
%Error opening disk0:/third.cfg (No such file or directory)
ciscoasa(config)# more disk0:/../startup-config
%Error opening disk0:/../startup-config (Invalid argument)
ciscoasa(config)# copy /noconfirm scp://10.0.0.1/x running-config
%Error opening scp://10.0.0.1/x (No such device)
ciscoasa(config)# copy /noconfirm nothing.cfg startup-config

%Error opening disk0:/nothing.cfg (No such file or directory)
ciscoasa(config)# delete /noconfirm checkpoint.cfg
ciscoasa(config)# configure memory

%Error opening nvram:/startup-config (No such file or directory)
ciscoasa(config)# copy ?

exec mode commands/options:
  WORD            disk0:NAME, flash:NAME or URL
  /noconfirm      Do not ask
  /pcap           Copy a capture as a file of packets
  running-config  Copy the running configuration
  startup-config  Copy the startup configuration
  disk0:          File system or server
  flash:          File system or server
  ftp:            File system or server
  http:           File system or server
  https:          File system or server
  tftp:           File system or server

ciscoasa(config)# copy running-config ftp:
%Error opening ftp: (No such device)
ciscoasa(config)# show reload
No reload is scheduled.
ciscoasa(config)# reload in 1:30 noconfirm reason new cables

***
*** --- SHUTDOWN in 1:30:00 ---
***
*** Message to all terminals:
***
***   new cables
***
ciscoasa(config)# show reload
Reload scheduled for <*> (in 1 hour and 30 minutes)
Reload reason: new cables
ciscoasa(config)# reload cancel

***
*** --- SHUTDOWN ABORTED ---
***
ciscoasa(config)# reload noconfirm quick in 0:45 max-hold-time 10 reason x y

***
*** --- SHUTDOWN in 0:45:00 ---
***
*** Message to all terminals:
***
***   x y
***
ciscoasa(config)# reload save-config in 20
Cryptochecksum: <*>

<*> bytes copied in <*> secs<*>
Proceed with reload? [confirm] <<n
ciscoasa(config)# write erase
Erase configuration in flash memory? [confirm]<<
[OK]
ciscoasa(config)# reload in 10
System config has been modified. Save? [Y]es/[N]o:  <<what
System config has been modified. Save? [Y]es/[N]o:  <<n
Proceed with reload? [confirm] <<n
ciscoasa(config)# show reload
Reload scheduled for <*> (in 45 minutes)
Reload reason: x y
ciscoasa(config)# reload max-hold-time 1:xx
ERROR: % Invalid time
ciscoasa(config)# configure factory-default 192.0.2.99
WARNING: The running configuration will be cleared.
Apply the factory-default configuration? [confirm] <<n
ciscoasa(config)# reload at 12:00 noconfirm

***
*** --- SHUTDOWN in <*> ---
***
ciscoasa(config)# reload cancel

***
*** --- SHUTDOWN ABORTED ---
***
ciscoasa(config)# reload cancel
No reload is scheduled.
ciscoasa(config)# clear configure hostname
ciscoasa(config)# show running-config route
ciscoasa(config)# exit
ciscoasa# 
