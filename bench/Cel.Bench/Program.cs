using System.Diagnostics;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Json;

// What an expression of a policy costs, against the same check written by hand over the same document, and against reading the
// document at all, which every request does that meets a policy.
const int Samples = 2_000;
const int EvaluationsPerSample = 50;

var text = """{"metadata":{"name":"web","labels":{"app":"web"}},"spec":{"replicas":3,"template":{"spec":{"containers":["""
    + string.Join(',', Enumerable.Range(0, 5).Select(static i => $$"""{"name":"c{{i}}","image":"registry.example.com/team/app:{{i}}","ports":[{"containerPort":80{{i}}}]}""")) + "]}}}}";
var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
var document = (JsonObject)JsonNode.Parse(utf8);
object?[] values = [JsonValues.Of(document)];
var environment = new CelEnvironment([("object", CelType.Dyn)]);

Console.WriteLine("| what | p50 ns | p99 ns | bytes allocated |");
Console.WriteLine("|---|---|---|---|");
Measure("object.spec.replicas <= 5");
Print("the same by hand", () => ((JsonNumber)Spec()["replicas"]!).WholeValue <= 5);
Measure("object.spec.template.spec.containers.all(c, c.image.startsWith('registry.example.com/'))");
Print("the same by hand", () => Containers().Items.TrueForAll(static item => ((JsonObject)item).FindText("image")!.StartsWith("registry.example.com/", StringComparison.Ordinal)));
Measure("object.spec.template.spec.containers.all(c, c.image.matches('^registry[.]example[.]com/[a-z]+/[a-z]+:[0-9]+$'))");
Print("reading the document", () => JsonNode.Parse(utf8) is not null);
Print("compiling the second", () => environment.Compile("object.spec.template.spec.containers.all(c, c.image.startsWith('registry.example.com/'))") is not null);

JsonObject Spec() => (JsonObject)document["spec"]!;

JsonArray Containers() => (JsonArray)((JsonObject)((JsonObject)Spec()["template"]!)["spec"]!)["containers"]!;

void Measure(string expression)
{
    var program = environment.Compile(expression);
    Print($"`{expression}`", () => program.Evaluate(values, new CelBudget()) is true);
}

static void Print(string name, Func<bool> check)
{
    for (var i = 0; i < 20_000; i++)
    {
        _ = check() ? true : throw new InvalidOperationException(name);
    }

    var samples = new double[Samples];
    var before = GC.GetAllocatedBytesForCurrentThread();
    for (var i = 0; i < Samples; i++)
    {
        var began = Stopwatch.GetTimestamp();
        for (var j = 0; j < EvaluationsPerSample; j++)
        {
            check();
        }

        samples[i] = Stopwatch.GetElapsedTime(began).TotalNanoseconds / EvaluationsPerSample;
    }

    var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / ((long)Samples * EvaluationsPerSample);
    Array.Sort(samples);
    Console.WriteLine($"| {name} | {samples[Samples / 2]:0} | {samples[Samples * 99 / 100]:0} | {allocated} |");
}
