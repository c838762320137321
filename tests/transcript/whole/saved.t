## The configuration out and in: to the terminal, to files and back. The dialogues of copy are recollection.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# write memory

Building configuration...
Cryptochecksum: <*>

<*> bytes copied in <*> secs<*>
[OK]
gw# show startup-config | include ^hostname
hostname gw
gw# copy /noconfirm startup-config disk0:/saved.cfg

<*> bytes copied in <*> secs<*>
gw# configure terminal
gw(config)# hostname other
other(config)# copy /noconfirm startup-config running-config

<*> bytes copied in <*> secs<*>
gw(config)# terminal pager 4
gw(config)# write terminal
: Saved
:
ASA Version 9.1(7)
!
<--- More --->:Q
gw(config)# terminal pager 0
gw(config)# write net http://127.0.0.1:9/nothing

Cryptochecksum: <*>

Writing file http://127.0.0.1:9/nothing...
%Error writing http://127.0.0.1:9/nothing (Connection refused)
gw(config)# configure net http://127.0.0.1:9/nothing

Accessing http://127.0.0.1:9/nothing...
%Error opening http://127.0.0.1:9/nothing (Connection refused)
gw(config)# more saved.cfg | include ^hostname
hostname gw
gw(config)# configure replace disk0:saved.cfg

disk0:/saved.cfg:<*>: WARNING: crypto ikev1 policy 10: Diffie-Hellman group 2 is weak, use group 5 or stronger
disk0:/saved.cfg:<*>: WARNING: IKEv1 Aggressive Mode is accepted, where the pre-shared key of a tunnel-group can be guessed by whoever knows its name; crypto ikev1 am-disable refuses it
<*> bytes copied in <*> secs<*>
gw(config)# delete /noconfirm saved.cfg
gw(config)# write erase
Erase configuration in flash memory? [confirm]<<
[OK]
gw(config)# show startup-config
No Configuration
gw(config)# exit
gw# 
