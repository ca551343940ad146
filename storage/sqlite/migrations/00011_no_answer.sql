-- +goose Up

-- Why a delivery's last attempt got no answer, in one word. Until now that was read from the error,
-- in the words of that time.
ALTER TABLE deliveries ADD COLUMN no_answer TEXT NOT NULL DEFAULT '';
UPDATE deliveries SET no_answer = CASE error_class
    WHEN 'connect' THEN CASE WHEN error LIKE '%connection refused%' THEN 'refused' ELSE 'route' END
    WHEN 'transport' THEN CASE
        WHEN error LIKE '%cancelled%' THEN ''
        WHEN error LIKE '%closed%' OR error LIKE '%reset%' THEN 'closed'
        ELSE 'broken' END
    WHEN 'certificate' THEN 'tls'
    WHEN 'refused' THEN 'guard'
    WHEN 'receiver' THEN 'off'
    ELSE error_class END
WHERE code = 0 AND error_class NOT IN ('', 'status');
