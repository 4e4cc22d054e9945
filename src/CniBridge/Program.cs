using CniBridge;
using CniBridge.CommandLine;
using CniBridge.Commands;
using CniBridge.Linux.Files;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Processes;
using CniBridge.Linux.Tracing;
using CniBridge.Plugins.Host;
using CniBridge.Plugins.Operations;
using CniBridge.Plugins.Protocol;
using CniBridge.Roles;

DescriptorStream.OccupyClosed();
ProcessUmask.Set();
DebugVariable.Apply();
var variables = EnvironmentVariables.Read(CniEnvironment.GetNames());
var isCall = variables.GetValueOrDefault("CNI_COMMAND", "").Length > 0;
var role = Role.FromProgramName(Environment.GetCommandLineArgs()[0]);

if (!isCall && role.IsOperators)
    return OperatorProgram.Run(args);
using var log = new TextLog(DescriptorStream.StandardError);
if (!isCall)
    return role.WriteAbout(log);
ProcessDeadline.Set();
WaitingChild.Allow();
using var answer = new DescriptorStream(1, "standard output") { BeforeWrite = ProcessDeadline.Answer };
var exitCode = new PluginHost(role.Plugin, DescriptorStream.StandardInput, answer, log)
{
    Operations = new OperationLog(),
}.Run(variables, EnvironmentVariables.ReadAll);
SlowSockets.CloseLeft();
return exitCode;
