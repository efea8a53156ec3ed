using System.Text;

namespace Navarch.Api.Json;

/// <summary>Where a reader is: the objects it is inside of and the field of each.</summary>
internal sealed class ReadTrace
{
    // A body made of unknown fields alone must not become a message of megabytes.
    private const int ProblemsMax = 100;

    private Step[] steps = new Step[16];
    private int depth;
    private List<string>? problems;

    public IReadOnlyList<string> Problems => problems ?? (IReadOnlyList<string>)[];

    public bool IsEmpty => depth == 0;

    public string Field
    {
        set
        {
            ref var step = ref steps[depth - 1];
            step.Field = value;
            step.Index = -1;
        }
    }

    public int Index
    {
        set
        {
            if (depth > 0)
            {
                steps[depth - 1].Index = value;
            }
        }
    }

    /// <param name="type">Name of the type entered; null for a map.</param>
    public void Push(string? type)
    {
        if (depth == steps.Length)
        {
            Array.Resize(ref steps, depth * 2);
        }

        steps[depth++] = new Step { Type = type, Field = "", Index = -1 };
    }

    public void Pop() => depth--;

    public void AddProblem(string what)
    {
        problems ??= [];
        if (problems.Count < ProblemsMax && $"{what} \"{Path()}\"" is var problem && !problems.Contains(problem))
        {
            problems.Add(problem);
        }
    }

    /// <summary>The error that Go's decoder gives, which tools and people know.</summary>
    public ApiJsonException Unmarshal(string json, string goType)
    {
        if (depth == 0)
        {
            return new ApiJsonException($"json: cannot unmarshal {json} into Go value of type {goType}");
        }

        var structs = steps.Take(depth).Where(step => step.Type is not null).ToList();
        var type = structs[^1].Type;
        var path = string.Join('.', structs.Select(step => step.Field));
        return new ApiJsonException($"json: cannot unmarshal {json} into Go struct field {type}.{path} of type {goType}");
    }

    private string Path()
    {
        var path = new StringBuilder();
        foreach (var step in steps.AsSpan(0, depth))
        {
            path.Append(path.Length > 0 ? "." : "").Append(step.Field);
            if (step.Index >= 0)
            {
                path.Append('[').Append(step.Index).Append(']');
            }
        }

        return path.ToString();
    }

    private struct Step
    {
        public string? Type;
        public string Field;
        public int Index;
    }
}
