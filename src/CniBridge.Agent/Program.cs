using CniBridge.Agent;
using CniBridge.Linux.Files;
using CniBridge.Linux.Processes;
using CniBridge.Linux.Tracing;

DescriptorStream.OccupyClosed();
ProcessUmask.Set();
DebugVariable.Apply();
StaticLibraries.Configure();
return AgentCommand.Run(args);
