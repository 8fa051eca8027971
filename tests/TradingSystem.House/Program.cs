using TradingSystem.House;

// dotnet run --project tests/TradingSystem.House -c Release [-- PROJECT]: how the house stands. With a project's name: its back arrows, one by one.
var tree = SourceTree.Read(null, "contracts", "services", "tests");
var references = Arrows.References(tree);
var twoWay = Arrows.TwoWay(references);

if (args is [var project])
{
    foreach (var arrow in twoWay.Where(a => a.Project.EndsWith(project, StringComparison.OrdinalIgnoreCase)))
    {
        Console.WriteLine($"{arrow.From} -> {arrow.To}: {arrow.Forth} forth, {arrow.Back} back:");
        foreach (var back in references.Where(r => r.Project == arrow.Project && r.From == arrow.To && r.To == arrow.From).GroupBy(r => r.Type))
        {
            Console.WriteLine($"  {back.Key} ({back.Count()}): {string.Join(" ", back.Select(b => b.Place).Distinct().Take(6))}");
        }
    }

    return;
}

Console.WriteLine("Two-way arrows between folders of a project (and folders in its largest cycle):");
foreach (var name in tree.Files.Select(f => f.Project).Distinct().Order(StringComparer.Ordinal))
{
    var cycle = Arrows.Cycles(references, name) is [var largest, ..] ? largest.Count : 0;
    Console.WriteLine($"  {name,-36} {twoWay.Count(a => a.Project == name),3}  {cycle,3}");
}

Console.WriteLine("\nLongest types over all their files (lines, files):");
foreach (var type in Classes.Longest(tree).Take(15))
{
    Console.WriteLine($"  {type.Lines,5} {type.Files,3}  {type.Name}");
}

var words = Words.Scattered(SourceTree.Read(null, "contracts", "services"));
Console.WriteLine($"\nCodes written as text in more than one file of the product: {words.Count}");
foreach (var word in words)
{
    Console.WriteLine($"  {word.Word,-28} {word.Files.Count,3}  {string.Join(" ", word.Files.Take(4))}");
}

Console.WriteLine($"\nTypes of the product with the same {Shapes.Least} or more properties:");
foreach (var shape in Shapes.Shared(SourceTree.Read(null, "contracts", "services")))
{
    Console.WriteLine($"  {shape.Properties.Count,3}  {string.Join(" = ", shape.Types)}");
}
