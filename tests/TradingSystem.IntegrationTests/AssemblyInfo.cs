using System.Runtime.Versioning;
using NUnit.Framework;

[assembly: SupportedOSPlatform("linux")]

// Each fixture starts servers of its own; two at a time is what two cores carry.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(2)]
