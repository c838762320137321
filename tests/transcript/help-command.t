## help COMMAND: USAGE, DESCRIPTION, SYNTAX. The layout is recollection of the command reference; the texts are the grammar's.
Type help or '?' for a list of available commands.
ciscoasa> help enable

USAGE:

        enable [<level>]

DESCRIPTION:

enable          Turn on privileged commands

SYNTAX:

<level>                         Privilege level

ciscoasa> help

  clear       Reset functions
  enable      Turn on privileged commands
  exit        Exit from the EXEC
  help        Interactive help for commands
  login       Log in as a particular user
  logout      Exit from the EXEC
  no          Negate a command or set its defaults
  ping        Send echo messages
  quit        Exit from the EXEC
  show        Show running system information
  traceroute  Trace route to destination

ciscoasa> en
Password: <<
ciscoasa# help term pag

USAGE:

        terminal pager [lines] <lines>

DESCRIPTION:

terminal pager  Control page length for pagination of this session

SYNTAX:

lines                           Number of lines on a page
<lines>                         Pager lines, 0 means no page-limit

ciscoasa# conf t
ciscoasa(config)# help privilege

USAGE:

        privilege <kind> level <level> mode <mode> command <command>
        privilege [<kind>] level <level> [mode <mode>] command <command>
        no privilege <kind> level <level> mode <mode> command <command>
        no privilege [<kind>] level <level> [mode <mode>] command <command>

DESCRIPTION:

privilege       Configure privilege levels for commands

SYNTAX:

show                            The show form of the command
clear                           The clear form of the command
cmd                             The command itself
level                           Specify the privilege level
<level>                         Privilege level
mode                            Specify the mode of the command
exec                            Commands of EXEC mode
configure                       Commands of configuration modes
command                         Specify the command
<command>                       Command the level is for
<--- More --->:SPACE

ciscoasa(config)# help crypto ikev1 policy

USAGE:

        crypto ikev1 policy <priority>
        no crypto ikev1 policy <priority>

DESCRIPTION:

crypto ikev1 policy Set IKEv1 policy suite

SYNTAX:

<priority>                      Policy suite priority(1 highest, 65535 lowest)

ciscoasa(config)# help nonsense
ERROR: % Unrecognized command
ciscoasa(config)# end
ciscoasa# 
