## The clock: time zone and summer time. Layouts of show clock detail are recollection.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# show clock
<*> UTC <*>
ciscoasa# show clock detail
<*> UTC <*>
Time source is hardware calendar
ciscoasa# configure terminal
ciscoasa(config)# clock timezone CET 1
ciscoasa(config)# show clock
<*> CET <*>
ciscoasa(config)# clock summer-time CEST recurring last Sun Mar 2:00 last Sunday October 03:00
ciscoasa(config)# show running-config clock
clock timezone CET 1
clock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00
ciscoasa(config)# show clock detail
<*> CET <*>
Time source is hardware calendar
Summer time starts 02:00:00 CET Sun Mar <*>
Summer time ends 03:00:00 CEST Sun Oct <*>
ciscoasa(config)# clock summer-time CEST recurring
ciscoasa(config)# show running-config clock
clock timezone CET 1
clock summer-time CEST recurring
ciscoasa(config)# clock summer-time NDT date 1 Apr 1998 2:00 31 Sep 1998 2:00
ERROR: Invalid date
ciscoasa(config)# clock summer-time NDT date 30 Sep 1998 2:00 1 Apr 1998 2:00
ERROR: Summer time ends before it begins
ciscoasa(config)# clock summer-time NDT date April 1 1998 2:00 Sep 30 1998 2:00 30
ciscoasa(config)# show running-config clock
clock timezone CET 1
clock summer-time NDT date 1 Apr 1998 2:00 30 Sep 1998 2:00 30
ciscoasa(config)# no clock summer-time
ciscoasa(config)# clock timezone NST -3 30
ciscoasa(config)# show running-config clock
clock timezone NST -3 30
ciscoasa(config)# show clock
<*> NST <*>
ciscoasa(config)# clock timezone EST 24
                                     ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# clock summer-time EDT recurring ?

configure mode commands/options:
  <1-1440>  Offset to add in minutes
  1         Week number to start
  2         Week number to start
  3         Week number to start
  4         Week number to start
  first     First week of the month
  last      Last week of the month
  <cr>

ciscoasa(config)# clock summer-time EDT recurring 90
ciscoasa(config)# show running-config clock
clock timezone NST -3 30
clock summer-time EDT recurring 90
ciscoasa(config)# no clock timezone
ciscoasa(config)# clear configure clock
ciscoasa(config)# show running-config clock
ciscoasa(config)# clock set 12:00:00 1 jan 2030
ERROR: the clock is the host's; set it there, by hand or by NTP
ciscoasa(config)# exit
ciscoasa# 
