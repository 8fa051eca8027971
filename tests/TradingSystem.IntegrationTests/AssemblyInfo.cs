using System.Runtime.Versioning;
using NUnit.Framework;

[assembly: SupportedOSPlatform("linux")]

// More than cores: half of the time a fixture waits, for a process to start or for a moment to come.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(4)]
