# fish completion for wasm. For every session: wasm completion fish > ~/.config/fish/completions/wasm.fish

function __wasm_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    # Of --flag=PATH only the path is the shell's to complete.
    set -l flag (string match -r -- '^--[^=]*=' "$current")
    set -l path (string replace -r -- '^--[^=]*=' '' "$current")
    for line in (wasm complete -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case :files
                for found in (__fish_complete_path "$path")
                    echo "$flag$found"
                end
            case :folders
                for found in (__fish_complete_directories "$path")
                    echo "$flag$found"
                end
            case '*'
                echo $line
        end
    end
end

complete -c wasm -f -k -a '(__wasm_complete)'
